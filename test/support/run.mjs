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
import path from 'node:path'
import { failuresIn, keepResults } from './failures.mjs'

requireNode()
ensureInstalled()
// Not before: it needs a package that may just have been installed.
const { ensureChromium } = await import('./chromium.mjs')
process.env.KEDGE_CHROMIUM = ensureChromium()
ensureBuilt()

const program = (name) => path.join(root, 'node_modules', binPath(name))
const results = path.join(root, 'node_modules/.kedge/vitest.json')
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
  ['Unit and integration tests', 'vitest', ['run', ...keepResults(results)]],
  ['Browser tests', 'playwright', ['test', '--config', 'test/e2e/playwright.config.ts']],
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
for (const failure of failuresIn(results, root)) console.error(`\n${failure}`)
process.exitCode = failed.length > 0 ? 1 : 0
