import path from 'node:path'
import type { RoleKeys } from '@kedge/shared/trust/tuf/documents'
import { readMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import { writeFileAtomically } from '../files/write-file-atomically.js'
import { shortKeyId } from '../trust/signature-tally.js'
import { answer, connect, type Client, type Connection } from './client.js'
import { fetchMetadata, readMetadataFile } from './metadata-files.js'
import { formatTable, note, print, printJson, type Cell, type OutputFlags } from './output.js'

type Flags = OutputFlags & Connection & { readonly save?: string }

interface RoleLine {
  readonly role: string
  readonly version: number | null
  readonly expires: number | null
  readonly threshold: number
  readonly keys: readonly {
    readonly id: string
    readonly name?: string | null
    readonly onServer?: boolean
  }[]
}

/** Roles with their keys: those of the server, or those that metadata files name. */
export async function listKeys(files: readonly string[], flags: Flags): Promise<void> {
  const lines = files.length > 0 ? await rolesOfFiles(files) : await rolesOfServer(flags)
  if (flags.json) return printJson(lines)
  const heads = ['ROLE', 'VERSION', 'EXPIRES', 'SIGN', 'KEY', 'WHOSE']
  print(formatTable(heads, lines.flatMap(toRows)))
}

/** A line for each key, the first with the facts of its role: wide enough for many, and no wider. */
function toRows({ role, version, expires, threshold, keys }: RoleLine): Cell[][] {
  const date = expires === null ? '-' : new Date(expires).toISOString().slice(0, 10)
  const facts: Cell[] = [role, version ?? '-', date, `${threshold} of ${keys.length}`]
  if (keys.length === 0) return [[...facts, '-', '']]
  return keys.map(({ id, name, onServer }, n) => [
    ...(n === 0 ? facts : facts.map(() => '')),
    shortKeyId(id),
    [name, ...(onServer ? ['on the server'] : [])].filter(Boolean).join(', '),
  ])
}

async function rolesOfServer(flags: Flags): Promise<RoleLine[]> {
  const client = connect(flags)
  const view = await answer(client.trust.$get())
  if (view.advice !== null) note(view.advice)
  for (const { renewal } of view.roles) if (renewal !== null) note(renewal)
  if (flags.save !== undefined) await saveFiles(client, view.roles, flags.save)
  return view.roles
}

async function saveFiles(
  client: Client,
  roles: readonly { readonly role: string }[],
  folder: string,
): Promise<void> {
  for (const { role } of roles) {
    if (role === 'snapshot' || role === 'timestamp' || role === 'fleet') continue
    const bytes = await fetchMetadata(client, `${role}.json`)
    if (bytes) await writeFileAtomically(path.join(folder, `${role}.json`), bytes)
  }
}

async function rolesOfFiles(files: readonly string[]): Promise<RoleLine[]> {
  const lines: RoleLine[] = []
  for (const file of files) {
    const bytes = await readMetadataFile(file)
    const isRoot = /(^|\.)root\.json$/.test(path.basename(file))
    lines.push(...(isRoot ? rolesOfRoot(bytes) : rolesOfTargets(bytes)))
  }
  return lines
}

function rolesOfRoot(bytes: Uint8Array): RoleLine[] {
  const { signed } = readMetadata(bytes, 'root')
  const { keys, threshold } = signed['x-kedge']?.fleet ?? { keys: {}, threshold: 1 }
  const roles = Object.entries(signed.roles).map(([role, of]) =>
    toLine(role, of, role === 'root' ? signed : undefined),
  )
  return [...roles, toLine('fleet', { keyids: Object.keys(keys), threshold }, undefined)]
}

function rolesOfTargets(bytes: Uint8Array): RoleLine[] {
  const { signed } = readMetadata(bytes, 'targets')
  return (signed.delegations?.roles ?? []).map((role) => toLine(role.name, role, undefined))
}

const toLine = (
  role: string,
  { keyids, threshold }: RoleKeys,
  file: { readonly version: number; readonly expires: string } | undefined,
): RoleLine => ({
  role,
  version: file?.version ?? null,
  expires: file ? Date.parse(file.expires) : null,
  threshold,
  keys: keyids.map((id) => ({ id })),
})
