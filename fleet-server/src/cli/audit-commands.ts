import { createReadStream } from 'node:fs'
import { readFile, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { TrustError } from '@kedge/shared/errors/trust-error'
import { keyId } from '@kedge/shared/trust/keys'
import { fromBase64 } from '@kedge/shared/util/bytes'
import { auditRecordSchema, type AuditRecord } from '../audit/audit-record.js'
import { checkpointFileSchema, openCheckpoint, type Checkpoint } from '../audit/checkpoint.js'
import { verifyChain } from '../audit/verify-chain.js'
import { allPages, answer, collect, connect, type Connection } from './client.js'
import { toWholeNumber, withConnection } from './flags.js'
import { formatAge, formatTable, print, printJson, type OutputFlags } from './output.js'

export function addAuditCommands(program: Command): void {
  const audit = program.command('audit').description('who did what')
  withConnection(audit.command('ls'))
    .description('the trail, the newest first')
    .option('--limit <n>', 'how many rows', toWholeNumber, 50)
    .option('--all', 'every row, the oldest first; with --json one a line, to be kept and verified')
    .option('--actor <name>', 'only of this person, program or device')
    .option('--action <action>', 'only such as device.remove, or all of device')
    .action(listAudit)
  withConnection(audit.command('verify'))
    .description('check here that no row was changed, taken away, added or moved')
    .option('--from-file <file>', 'check what `kedge audit ls --all --json` printed instead')
    .option('--checkpoint <path>', 'a checkpoint, or a folder of them, that was kept elsewhere')
    .option('--audit-key <key>', 'public key (base64) that must have signed the checkpoints')
    .action(verifyAudit)
  withConnection(audit.command('checkpoint'))
    .description('print a signed checkpoint; keep it where this server cannot reach it')
    .action(async (flags: Flags) => printJson(await answer(connect(flags).audit.checkpoint.$get())))
}

type Flags = OutputFlags & Connection

interface ListFlags extends Flags {
  readonly limit: number
  readonly all?: boolean
  readonly actor?: string
  readonly action?: string
}

async function listAudit({ limit, all, actor, action, ...flags }: ListFlags): Promise<void> {
  const client = connect(flags)
  const filter = { ...(actor && { actor }), ...(action && { action }) }
  if (all) {
    const rows = everyRow(flags, filter)
    for await (const row of rows)
      print(flags.json ? JSON.stringify(row) : formatRow(row).join('  '))
    return
  }
  const query = { ...filter, limit: String(Math.min(limit, 1_000)) }
  const { items } = await answer(client.audit.$get({ query }))
  if (flags.json) return printJson(items)
  print(formatTable(['N', 'WHEN', 'WHO', 'BY', 'FROM', 'ACTION', 'OBJECT'], items.map(formatRow)))
}

const formatRow = ({ n, at, actor, method, ip, action, object }: AuditRecord) => [
  n,
  formatAge(at, Date.now()),
  actor.name || actor.kind,
  method,
  ip,
  action,
  object,
]

/** All rows of the server, the oldest first. */
function everyRow(flags: Flags, filter: { actor?: string; action?: string } = {}) {
  const client = connect(flags)
  return allPages((cursor) =>
    answer(
      client.audit.$get({
        query: { ...filter, order: 'oldest', limit: '1000', ...(cursor && { cursor }) },
      }),
    ),
  )
}

interface VerifyFlags extends Flags {
  readonly fromFile?: string
  readonly checkpoint?: string
  readonly auditKey?: string
}

async function verifyAudit({ fromFile, checkpoint, ...flags }: VerifyFlags): Promise<void> {
  const checkpoints = checkpoint === undefined ? [] : await readCheckpoints(checkpoint, flags)
  const rows = fromFile === undefined ? everyRow(flags) : rowsOfFile(fromFile)
  const verdict = await verifyChain(rows, checkpoints)
  const { bad } = verdict
  if (flags.json) printJson(verdict)
  else if (bad) print(`row ${bad.n} is the first that does not hold: ${bad.says}`)
  else {
    const against = checkpoints.length === 0 ? '' : `, and ${checkpoints.length} checkpoint(s)`
    print(`${verdict.rows} rows hold${against}; the last has hash ${verdict.hash}`)
  }
  if (bad) process.exitCode = 1
}

async function* rowsOfFile(file: string): AsyncGenerator<AuditRecord> {
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity })
  let line = 0
  for await (const text of lines) {
    line += 1
    if (text.trim() === '') continue
    const row = auditRecordSchema.safeParse(parse(text))
    if (!row.success) throw new UsageError('usage', `${file}, line ${line}: no row of the trail`)
    yield row.data
  }
}

/** Those of one file, or of every JSON file of a folder. @throws UsageError, TrustError */
async function readCheckpoints(
  location: string,
  { auditKey }: Pick<VerifyFlags, 'auditKey'>,
): Promise<Checkpoint[]> {
  const isFolder = (await stat(location).catch(() => undefined))?.isDirectory() ?? false
  const names = isFolder ? (await readdir(location)).filter((name) => name.endsWith('.json')) : ['']
  const key = auditKey === undefined ? undefined : await toKey(auditKey)
  return collect(
    (async function* () {
      for (const name of names) {
        const file = path.join(location, name)
        yield openCheckpoint(await readCheckpoint(file), key).catch((cause: unknown) => {
          if (!(cause instanceof TrustError)) throw cause
          throw new TrustError(cause.code, `${file}: ${cause.message}`, { cause })
        })
      }
    })(),
  )
}

async function readCheckpoint(file: string) {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new UsageError('usage', `cannot read ${file}`, { cause })
  })
  const checkpoint = checkpointFileSchema.safeParse(parse(text))
  if (checkpoint.success) return checkpoint.data
  throw new UsageError(
    'usage',
    `${file} is no checkpoint; make one with \`kedge audit checkpoint\``,
  )
}

async function toKey(base64: string) {
  return { id: await keyId(fromBase64(base64)), key: base64 }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
