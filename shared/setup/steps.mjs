// Set-up shared by `npm start`, `npm run build` and `npm test`. Plain JavaScript without
// dependencies: it runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'

export const root = path.resolve(import.meta.dirname, '../..')
const stamps = path.join(root, 'node_modules/.kedge')

/** Ends the program with one line that says what is wrong when this Node.js is too old. */
export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  console.error(`Kedge needs Node.js 20.19 or later; this is ${process.versions.node}.`)
  process.exit(1)
}

/** Installs what package-lock.json names, unless that has been done. */
export function ensureInstalled() {
  const print = digest(['package-lock.json'])
  if (isStamped('install', print)) return
  say('Installing packages …')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  stamp('install', print)
}

/** Builds all parts, unless their sources are those of the last build. */
export function ensureBuilt() {
  const print = digest(sourceFiles())
  if (isStamped('build', print) && existsSync(path.join(root, 'fleet-server/dist/main.js'))) return
  build()
}

export function build() {
  say('Building …')
  bin('tsc', ['-b', 'shared', 'edge-agent', 'web-runtime', 'fleet-server'])
  makeExecutable()
  bin('vite', ['build', 'fleet-server/console', '--logLevel', 'error'])
  bin('vite', ['build', 'web-runtime/demo', '--logLevel', 'error'])
  stamp('build', digest(sourceFiles()))
}

/** npm links the commands before they are built, so it cannot do this. */
function makeExecutable() {
  for (const file of [
    'fleet-server/dist/main.js',
    'fleet-server/dist/cli/main.js',
    'edge-agent/dist/main.js',
  ]) {
    chmodSync(path.join(root, file), 0o755)
  }
}

/** Runs a program of node_modules; a failure ends this one with the same code. */
export function bin(name, args) {
  run(process.execPath, [path.join(root, 'node_modules', binPath(name)), ...args])
}

export function run(command, args) {
  const code = attempt(command, args)
  if (code !== 0) process.exit(code)
}

/** Like `run`, for callers that go on after a failure; gives the exit code. */
export function attempt(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  if (error) console.error(`${command} could not be started: ${error.message}`)
  return status ?? 1
}

export const say = (text) => console.log(process.stdout.isTTY ? `\u001b[1m${text}\u001b[0m` : text)

export function binPath(name) {
  const owners = {
    tsc: 'typescript',
    depcruise: 'dependency-cruiser',
    playwright: '@playwright/test',
  }
  const owner = owners[name] ?? name
  const manifest = JSON.parse(
    readFileSync(path.join(root, 'node_modules', owner, 'package.json'), 'utf8'),
  )
  const file = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[name]
  return path.join(owner, file)
}

function sourceFiles() {
  const rooms = ['shared', 'edge-agent', 'web-runtime', 'fleet-server']
  return ['package-lock.json', 'tsconfig.json', ...rooms.flatMap((room) => list(room))]
}

function list(folder) {
  const skip = new Set(['node_modules', 'dist', 'demo-dist', '.vite'])
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) return skip.has(entry.name) ? [] : list(file)
    return entry.name.endsWith('.tsbuildinfo') ? [] : [file]
  })
}

/** Of names, sizes and times rather than contents: quick, and a false alarm costs only a build. */
function digest(files) {
  const hash = createHash('sha256').update(process.version)
  for (const file of files) {
    const { size, mtimeMs } = statSync(path.join(root, file))
    hash.update(`${file} ${size} ${mtimeMs}\n`)
  }
  return hash.digest('hex')
}

function isStamped(name, print) {
  const file = path.join(stamps, name)
  return existsSync(file) && readFileSync(file, 'utf8') === print
}

function stamp(name, print) {
  mkdirSync(stamps, { recursive: true })
  writeFileSync(path.join(stamps, name), print)
}
