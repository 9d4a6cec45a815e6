#!/usr/bin/env node
// A client with the command line that TUF's conformance suite drives (its CLIENT-CLI.md): `init`,
// `refresh`, `download`. A thin shell around the verifier: files, HTTP and exit codes.
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { isAnnounced } from '@kedge/shared/trust/tuf/check-order'
import { TrustedRepository } from '@kedge/shared/trust/tuf/trusted-repository'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'metadata-dir': { type: 'string' },
    'metadata-url': { type: 'string' },
    'target-name': { type: 'string', multiple: true },
    'target-base-url': { type: 'string' },
    'target-dir': { type: 'string' },
  },
})

function required(name) {
  const value = values[name]
  if (value === undefined) throw new Error(`--${name} is missing`)
  return value
}

/** Names come from the repository, so none is used as a path as it is. */
const fileOf = (folder, name) => path.join(folder, encodeURIComponent(name))

async function readIfThere(file) {
  try {
    return new Uint8Array(await readFile(file))
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

async function writeWhole(file, bytes) {
  await writeFile(`${file}.part`, bytes)
  await rename(`${file}.part`, file)
}

/** Undefined where the server has none; gives up when more than `maxBytes` come. */
async function download(url, maxBytes) {
  const response = await fetch(url)
  if (response.status === 404 || response.status === 403) return undefined
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status}`)
  const parts = []
  let length = 0
  for await (const part of response.body) {
    length += part.length
    if (length > maxBytes) throw new Error(`${url}: more than ${maxBytes} bytes`)
    parts.push(part)
  }
  const bytes = new Uint8Array(length)
  parts.reduce((at, part) => (bytes.set(part, at), at + part.length), 0)
  return bytes
}

const under = (base, name) => `${base.replace(/\/$/, '')}/${name}`

function open() {
  const folder = required('metadata-dir')
  const base = required('metadata-url')
  return TrustedRepository.open({
    store: {
      read: (name) => readIfThere(fileOf(folder, name)),
      write: (name, bytes) => writeWhole(fileOf(folder, name), bytes),
      remove: (name) => rm(fileOf(folder, name), { force: true }),
    },
    fetch: (name, maxBytes) => download(under(base, encodeURIComponent(name)), maxBytes),
    now: () => Date.now(),
    // The suite tries names that Kedge refuses, to see that nothing is written elsewhere.
    names: () => undefined,
  })
}

async function downloadTarget(repository, name) {
  const target = await repository.target(name)
  if (!target) throw new Error(`no role names the target ${name}`)
  const file = fileOf(required('target-dir'), name)
  const isTarget = async (bytes) => bytes !== undefined && (await isAnnounced(bytes, target))
  if (await isTarget(await readIfThere(file))) return
  const hash = target.hashes.sha256 ?? Object.values(target.hashes)[0]
  const consistent = repository.root.consistent_snapshot
  const slash = name.lastIndexOf('/') + 1
  const remote = consistent ? `${name.slice(0, slash)}${hash}.${name.slice(slash)}` : name
  const bytes = await download(under(required('target-base-url'), remote), target.length)
  if (!(await isTarget(bytes))) throw new Error(`${name} is not what was signed`)
  await writeWhole(file, bytes)
}

const commands = {
  async init([trustedRoot]) {
    const folder = required('metadata-dir')
    await mkdir(folder, { recursive: true })
    await writeWhole(path.join(folder, 'root.json'), await readFile(trustedRoot))
  },
  async refresh() {
    await (await open()).refresh()
  },
  async download() {
    const repository = await open()
    await repository.refresh()
    for (const name of values['target-name'] ?? []) await downloadTarget(repository, name)
  },
}

const [command, ...rest] = positionals
try {
  if (!Object.hasOwn(commands, command)) throw new Error(`there is no command ${command}`)
  await commands[command](rest)
} catch (error) {
  console.error(`${command}: ${error.code ?? error.name}: ${error.message}`)
  process.exitCode = 1
}
