import { Option, type Command } from 'commander'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { actions, type Action, type Role } from '../accounts/permissions.js'
import { answer, connect, done, type Connection } from './client.js'
import { toSeconds, withConnection } from './flags.js'
import { formatAge, formatTable, note, print, printJson, type OutputFlags } from './output.js'
import { roleOption } from './user-commands.js'

export function addServiceTokenCommands(program: Command): void {
  const token = program
    .command('service-token')
    .description('tokens of programs that use the API, such as a CI job')
  withConnection(token.command('create <name>'))
    .description('make a token; it is shown this once')
    .addOption(roleOption())
    .option('--only <actions>', 'nothing but these, such as browser-session.create', toActions)
    .addOption(
      new Option('--ttl <time>', 'how long it can be used')
        .argParser(toSeconds)
        .default(toSeconds('90d'), '90d'),
    )
    .action(createToken)
  withConnection(token.command('ls')).description('tokens, without secrets').action(listTokens)
  withConnection(token.command('revoke <id>')).description('revoke a token').action(revokeToken)
}

type Flags = OutputFlags & Connection

/** `device.read,device.label` → its parts. @throws UsageError `usage` */
function toActions(text: string): Action[] {
  return text.split(',').map((part) => {
    const action = actions.find((name) => name === part.trim())
    if (action) return action
    throw new UsageError('usage', `--only: ${part} is none of ${actions.join(', ')}`)
  })
}

interface CreateFlags extends Flags {
  readonly role: Role
  readonly ttl: number
  readonly only?: Action[]
}

async function createToken(
  name: string,
  { role, ttl, only, ...flags }: CreateFlags,
): Promise<void> {
  const request = { name, role, ttlS: ttl, ...(only && { actions: only }) }
  const token = await answer(connect(flags)['service-tokens'].$post({ json: request }))
  if (flags.json) return printJson(token)
  note(`${token.id}: ${role} until ${new Date(token.expiresAt).toISOString()}`)
  print(token.token)
}

async function listTokens(flags: Flags): Promise<void> {
  const { items } = await answer(
    connect(flags)['service-tokens'].$get({ query: { limit: '1000' } }),
  )
  if (flags.json) return printJson(items)
  const rows = items.map(({ id, name, role, createdBy, lastUsedAt, expiresAt }) => [
    ...[id, name, role, createdBy],
    ...[formatAge(lastUsedAt, Date.now()), new Date(expiresAt).toISOString()],
  ])
  print(formatTable(['TOKEN', 'NAME', 'ROLE', 'MADE BY', 'LAST USED', 'EXPIRES'], rows))
}

async function revokeToken(id: string, flags: Flags): Promise<void> {
  await done(connect(flags)['service-tokens'][':id'].$delete({ param: { id } }))
  print(flags.json ? JSON.stringify({ id }) : `${id} is revoked`)
}
