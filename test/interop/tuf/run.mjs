// npm run test:tuf: the verifier and the signing helpers against python-tuf, TUF's reference
// implementation, and the verifier under TUF's conformance suite, in a virtual environment of their
// own under node_modules/.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { spawnSync } from 'node:child_process'
import {
  attempt,
  binPath,
  ensureBuilt,
  ensureInstalled,
  requireNode,
  root,
} from '../../../shared/setup/steps.mjs'
import { prepareSuite } from './conformance-suite.mjs'

const here = import.meta.dirname
const requirements = path.join(here, 'requirements.txt')
const environment = path.join(root, 'node_modules/.kedge/tuf')
const stamp = path.join(environment, 'requirements.txt')
const python = path.join(
  environment,
  process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python',
)
const client = path.join(here, 'client.mjs')
const portedCases = 'test/contract/tuf-client.test.ts'

requireNode()
ensureInstalled()
ensureBuilt()
const problem = prepare()
if (problem) {
  console.error(`The TUF tests cannot run: ${problem}.`)
  // Where every change is judged, a test that does not run is a test that fails.
  process.exitCode = process.env.CI === undefined ? 0 : 1
} else {
  process.exitCode = runTests()
}

/** Makes the environment unless it is there; gives what is missing otherwise. */
function prepare() {
  const wanted = readFileSync(requirements, 'utf8')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return undefined
  const found = ['python3', 'python'].find((name) =>
    succeeds(name, ['-c', 'import venv, ensurepip']),
  )
  if (!found) return 'there is no Python 3 with venv on the path'
  mkdirSync(path.dirname(environment), { recursive: true })
  if (!succeeds(found, ['-m', 'venv', '--clear', environment])) return 'python -m venv has failed'
  // Wheels only: nothing of a package runs while it is installed.
  const install = ['-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', '-r', requirements]
  if (attempt(python, install) !== 0) return 'pip could not install python-tuf'
  writeFileSync(stamp, wanted)
  return undefined
}

function succeeds(command, args) {
  const { status } = spawnSync(command, args, { stdio: 'ignore' })
  return status === 0
}

function runTests() {
  const failed = attempt(python, [path.join(here, 'interop.py')])
  return runSuite() || failed
}

function runSuite() {
  const { problem, ...suite } = prepareSuite(python)
  if (problem === undefined) {
    const options = ['-p', 'no:cacheprovider', '-q', '--entrypoint', client]
    return attempt(suite.python, ['-m', 'pytest', suite.folder, ...options])
  }
  console.error(`TUF's conformance suite is left out: ${problem}. Its cases as they are ported:`)
  const vitest = path.join(root, 'node_modules', binPath('vitest'))
  return attempt(process.execPath, [vitest, 'run', '--project', 'unit', portedCases])
}
