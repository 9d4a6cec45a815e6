import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Reporter, TestCase, TestModule } from 'vitest/node'

const file = path.resolve('node_modules/.kedge/last-words.txt')

const maxLines = 6

/** Writes down which tests failed, or passed only when tried again, to be told where a run ends. */
export default class LastWords implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const words = modules.flatMap((module) => [
      ...module.errors().map((error) => tell('failed', module.relativeModuleId, error.message)),
      ...[...module.children.allTests()].flatMap(wordsOf),
    ])
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, words.map((word) => `${word}\n`).join(''))
  }
}

function wordsOf(test: TestCase): readonly string[] {
  const { state, errors = [] } = test.result()
  const flaky = test.diagnostic()?.flaky === true
  if (state !== 'failed' && !flaky) return []
  const title = `${test.module.relativeModuleId} › ${test.fullName}`
  const message = errors.map((error) => error.stack ?? error.message).join('\n')
  return [tell(flaky ? 'flaky' : 'failed', title, message)]
}

function tell(verdict: 'failed' | 'flaky', title: string, message: string): string {
  const ours = message.split('\n').filter((line) => !line.includes('node_modules'))
  return [`${verdict}: ${title}`, ...ours.slice(0, maxLines).map((line) => `    ${line}`)].join(
    '\n',
  )
}
