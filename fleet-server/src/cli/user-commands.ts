import { createInterface } from 'node:readline/promises'
import { Option, type Command } from 'commander'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { roles, type Role } from '../accounts/permissions.js'
import type { User } from '../accounts/user.js'
import { allPages, answer, collect, connect, done, type Client, type Connection } from './client.js'
import { withConnection } from './flags.js'
import { formatAge, formatTable, note, print, printJson, type OutputFlags } from './output.js'

export const roleOption = () =>
  new Option('--role <role>', 'what they may do').choices(roles).makeOptionMandatory()

export function addUserCommands(program: Command): void {
  const user = program.command('user').description('people who may sign in')
  withConnection(user.command('ls')).description('accounts and their roles').action(listUsers)
  withConnection(user.command('create <name>'))
    .description('make an account; its password is read from the standard input')
    .addOption(roleOption())
    .action(createUser)
  withConnection(user.command('role <name> <role>'))
    .description(`give somebody another role: ${roles.join(', ')}`)
    .action(setRole)
  withConnection(user.command('remove <name>')).description('remove an account').action(removeUser)
}

type Flags = OutputFlags & Connection

async function listUsers(flags: Flags): Promise<void> {
  const items = await allUsers(connect(flags))
  if (flags.json) return printJson(items)
  const now = Date.now()
  const rows = items.map(({ name, role, methods, lastSeen, createdAt }) => [
    ...[name, role, methods.join(',') || '-'],
    ...[formatAge(lastSeen, now), formatAge(createdAt, now)],
  ])
  print(formatTable(['NAME', 'ROLE', 'SIGNS IN BY', 'LAST SEEN', 'CREATED'], rows))
}

async function createUser(name: string, { role, ...flags }: Flags & { role: Role }): Promise<void> {
  const client = connect(flags)
  const password = await readPassword(name)
  const user = await answer(client.users.$post({ json: { name, role, password } }))
  print(flags.json ? JSON.stringify(user) : `${user.name} (${user.id}) is ${user.role} now`)
}

async function setRole(name: string, role: string, flags: Flags): Promise<void> {
  const known = roles.find((one) => one === role)
  if (known === undefined) {
    throw new UsageError('usage', `there is no role ${role}; it is one of ${roles.join(', ')}`)
  }
  const client = connect(flags)
  const { id } = await findByName(client, name)
  const user = await answer(client.users[':id'].$patch({ param: { id }, json: { role: known } }))
  print(flags.json ? JSON.stringify(user) : `${user.name} is ${user.role} now`)
}

async function removeUser(name: string, flags: Flags): Promise<void> {
  const client = connect(flags)
  const { id } = await findByName(client, name)
  await done(client.users[':id'].$delete({ param: { id } }))
  print(flags.json ? JSON.stringify({ id }) : `${name} is removed`)
}

const allUsers = (client: Client): Promise<User[]> =>
  collect(allPages((cursor) => answer(client.users.$get({ query: { cursor } }))))

async function findByName(client: Client, name: string): Promise<User> {
  const user = (await allUsers(client)).find((one) => one.name === name || one.id === name)
  if (user) return user
  throw new UsageError('not-found', `there is no user ${name}`)
}

/** One line: a flag would show the password in the list of processes and in the shell's history. */
async function readPassword(name: string): Promise<string> {
  if (process.stdin.isTTY) note(`password for ${name} (at least 10 characters, shown as you type):`)
  const lines = createInterface({ input: process.stdin })
  for await (const line of lines) {
    lines.close()
    return line
  }
  throw new UsageError('usage', 'no password came on the standard input')
}
