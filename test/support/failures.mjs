// What of a Vitest run failed, in a few lines: a log that is cut at its end still names it.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'

const maxLines = 6

/** Arguments that make Vitest keep its results in this file beside what it prints. */
export function keepResults(file) {
  rmSync(file, { force: true })
  return ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
}

/** Every failed test with the beginning of its error; a suite that did not load counts as one. */
export function failuresIn(file, root) {
  if (!existsSync(file)) return []
  const { testResults } = JSON.parse(readFileSync(file, 'utf8'))
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const where = path.relative(root, name)
    const failed = assertionResults
      .filter((test) => test.status === 'failed')
      .map((test) => tell(`${where} › ${test.fullName}`, test.failureMessages.join('\n')))
    if (failed.length > 0 || status !== 'failed') return failed
    return [tell(where, message)]
  })
}

function tell(title, message) {
  const ours = message.split('\n').filter((line) => !line.includes('node_modules'))
  const lines = ours.slice(0, maxLines)
  return [title, ...lines.map((line) => `    ${line}`)].join('\n')
}
