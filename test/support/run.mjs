// npm test: installs what is missing, checks, and runs every test. The runners' own summaries end it.
import {
  attempt,
  binPath,
  ensureBuilt,
  ensureInstalled,
  requireNode,
  root,
  say,
} from '../../shared/setup/steps.mjs'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'

requireNode()
ensureInstalled()
// Not before: it needs a package that may just have been installed.
const { ensureChromium } = await import('./chromium.mjs')
process.env.KEDGE_CHROMIUM = ensureChromium()
ensureBuilt()

const program = (name) => path.join(root, 'node_modules', binPath(name))
// A machine shared with others can miss a minute; a defect fails again. Second tries are told.
const tries = { vitest: '--retry=1', playwright: '--retries=2' }
const reporters = ['--reporter=default', '--reporter=./test/support/last-words.ts']
const lastWords = path.join(root, 'node_modules/.kedge/last-words.txt')
rmSync(lastWords, { force: true })
const checks = [
  ['Lint', 'eslint', ['.', '--max-warnings', '0']],
  ['Format', 'prettier', ['--check', '--log-level', 'warn', '.']],
  ['Types', 'tsc', ['-b']],
  [
    'Imports',
    'depcruise',
    [
      '--config',
      '.dependency-cruiser.cjs',
      'shared/src',
      'edge-agent/src',
      'web-runtime/src',
      'fleet-server/src',
    ],
  ],
  ['Unit and integration tests', 'vitest', ['run', tries.vitest, ...reporters]],
  [
    'Browser tests',
    'playwright',
    ['test', '--config', 'test/e2e/playwright.config.ts', tries.playwright],
  ],
]

const failed = []
for (const [title, name, args] of checks) {
  say(`\n${title}`)
  if (attempt(process.execPath, [program(name), ...args]) !== 0) failed.push(title)
}
const interop = 'TUF, against its reference implementation'
say(`\n${interop}`)
if (attempt(process.execPath, [path.join(root, 'test/interop/tuf/run.mjs')]) !== 0) {
  failed.push(interop)
}
if (failed.length > 0) console.error(`\nFailed: ${failed.join(', ')}`)
if (existsSync(lastWords)) console.error(readFileSync(lastWords, 'utf8'))
process.exitCode = failed.length > 0 ? 1 : 0
