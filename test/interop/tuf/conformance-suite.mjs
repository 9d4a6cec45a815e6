// TUF's conformance suite (github.com/theupdateframework/tuf-conformance) in the virtual environment.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { spawnSync } from 'node:child_process'

/**
 * One commit, by its hash. The suite is no package of an index: there the name is free, and would be
 * whoever takes it.
 */
const pinned =
  'git+https://github.com/theupdateframework/tuf-conformance@eec841c186f81f2d9d8d30460c7e7deefa615f9e'
const mostSeconds = 180

/**
 * Installs the suite beside python-tuf unless it is there. KEDGE_TUF_CONFORMANCE names another: a
 * Python that has it, a checkout's folder, or what pip can install.
 * Gives the Python and the suite's folder, or the problem in words.
 */
export function prepareSuite(python) {
  if (spawnSync('faketime', ['--version']).error) return { problem: 'faketime is not on the path' }
  const wanted = process.env.KEDGE_TUF_CONFORMANCE ?? pinned
  if (existsSync(wanted) && statSync(wanted).isFile()) return locate(wanted)
  const problem = install(python, wanted)
  return problem === undefined ? locate(python) : { problem }
}

function install(python, wanted) {
  const stamp = path.join(path.dirname(python), '../conformance-suite.txt')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return undefined
  const options = ['--quiet', '--disable-pip-version-check', '--retries', '1', '--timeout', '20']
  const { status, stderr } = spawnSync(python, ['-m', 'pip', 'install', ...options, wanted], {
    encoding: 'utf8',
    timeout: mostSeconds * 1_000,
    // Where a name and a password are asked for, nobody is there to type them.
    env: { ...process.env, GIT_TERMINAL_PROMPT: '0' },
  })
  if (status !== 0) {
    const said = stderr.split('\n').map((line) => line.trim())
    const reason = said.find((line) => /^fatal: /.test(line)) ?? said.findLast(Boolean)
    return `pip could not install ${wanted} (${reason ?? `no end in ${mostSeconds} s`})`
  }
  writeFileSync(stamp, wanted)
  return undefined
}

function locate(python) {
  const program = 'import os, tuf_conformance; print(os.path.dirname(tuf_conformance.__file__))'
  const { status, stdout } = spawnSync(python, ['-c', program], { encoding: 'utf8' })
  if (status !== 0) return { problem: `${python} has no tuf_conformance` }
  return { python, folder: stdout.trim() }
}
