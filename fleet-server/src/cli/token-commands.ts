import type { Command } from 'commander'
import { answer, connect, done, type Connection } from './client.js'
import { collectLabel, toSeconds, toWholeNumber, withConnection } from './flags.js'
import { formatLabels, formatTable, note, print, printJson, type OutputFlags } from './output.js'

export function addTokenCommands(program: Command): void {
  const token = program.command('token').description('enrolment tokens, by which devices join')
  withConnection(token.command('create'))
    .description('make a token; it is shown this once')
    .option('--label <k=v>', 'every device that joins by it gets this label', collectLabel)
    .option('--ttl <time>', 'how long it can be used', toSeconds, toSeconds('24h'))
    .option('--uses <n>', 'how many devices can join by it', toWholeNumber, 1)
    .option('--approve', 'each device waits until `kedge device approve`')
    .action(createToken)
  withConnection(token.command('ls')).description('tokens, without secrets').action(listTokens)
  withConnection(token.command('rm <id>')).description('revoke a token').action(removeToken)
}

interface CreateFlags extends OutputFlags, Connection {
  readonly label?: Record<string, string>
  readonly ttl: number
  readonly uses: number
  readonly approve?: boolean
}

async function createToken({
  label = {},
  ttl,
  uses,
  approve,
  ...flags
}: CreateFlags): Promise<void> {
  const client = connect(flags)
  const request = { labels: label, ttlS: ttl, uses, approve: approve === true }
  const token = await answer(client['enrolment-tokens'].$post({ json: request }))
  if (flags.json) return printJson(token)
  const devices = uses === 1 ? 'one device' : `${uses} devices`
  note(`for ${devices} until ${new Date(token.expires).toISOString()}; join with`)
  note('  kedge-agent enrol --data DIR --token …')
  if (token.approve)
    note('each waits until: kedge device approve ID (kedge device waiting lists them)')
  print(token.token)
}

async function listTokens(flags: OutputFlags & Connection): Promise<void> {
  const client = connect(flags)
  const { items } = await answer(client['enrolment-tokens'].$get({ query: { limit: '1000' } }))
  if (flags.json) return printJson(items)
  const rows = items.map(({ id, labels, uses, usesLeft, expires, kind, approve }) => [
    id,
    formatLabels(labels),
    `${usesLeft} of ${uses}`,
    new Date(expires).toISOString(),
    kind === 'browser' ? 'one page' : approve ? 'after approval' : 'at once',
  ])
  print(formatTable(['TOKEN', 'LABELS', 'USES LEFT', 'EXPIRES', 'JOINS'], rows))
}

async function removeToken(id: string, flags: OutputFlags & Connection): Promise<void> {
  await done(connect(flags)['enrolment-tokens'][':id'].$delete({ param: { id } }))
  print(flags.json ? JSON.stringify({ id }) : `${id} is revoked`)
}
