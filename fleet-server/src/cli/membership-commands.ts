import type { Command } from 'commander'
import { allPages, answer, collect, connect, done, type Connection } from './client.js'
import { withConnection } from './flags.js'
import {
  formatAge,
  formatLabels,
  formatTable,
  print,
  printJson,
  type OutputFlags,
} from './output.js'

/** Who may join, and who may stay: commands below `kedge device`. */
export function addMembershipCommands(device: Command): void {
  withConnection(device.command('waiting'))
    .description('devices that wait to be approved')
    .action(listWaiting)
  withConnection(device.command('approve <id>'))
    .description('let a device that waits into the fleet')
    .action(approve)
  withConnection(device.command('reject <id>'))
    .description('turn a device that waits away for good')
    .action(reject)
  withConnection(device.command('revoke <id>'))
    .description('cut a device off at once; its key cannot join again')
    .action(revoke)
  withConnection(device.command('barred'))
    .description('devices that were revoked or rejected')
    .action(listBarred)
  withConnection(device.command('pardon <id>'))
    .description('let a key that was revoked or rejected join again, by a token')
    .action(pardon)
}

type Flags = OutputFlags & Connection

async function listWaiting(flags: Flags): Promise<void> {
  const { 'waiting-devices': waiting } = connect(flags)
  const items = await collect(
    allPages((cursor) => answer(waiting.$get({ query: { cursor, limit: '1000' } }))),
  )
  if (flags.json) return printJson(items)
  const rows = items.map(({ id, labels, token, address, askedAt }) => [
    id,
    formatLabels(labels),
    token,
    address,
    formatAge(askedAt, Date.now()),
  ])
  print(formatTable(['DEVICE', 'LABELS', 'TOKEN', 'FROM', 'ASKED'], rows))
}

async function listBarred(flags: Flags): Promise<void> {
  const { 'barred-devices': barred } = connect(flags)
  const items = await collect(
    allPages((cursor) => answer(barred.$get({ query: { cursor, limit: '1000' } }))),
  )
  if (flags.json) return printJson(items)
  const rows = items.map(({ id, reason, barredAt }) => [
    id,
    reason,
    formatAge(barredAt, Date.now()),
  ])
  print(formatTable(['DEVICE', 'WHY', 'SINCE'], rows))
}

async function approve(id: string, flags: Flags): Promise<void> {
  const device = await answer(connect(flags).devices[':id'].approve.$post({ param: { id } }))
  if (flags.json) return printJson(device)
  print(`${id} is of the fleet`)
}

async function reject(id: string, flags: Flags): Promise<void> {
  await done(connect(flags).devices[':id'].reject.$post({ param: { id } }))
  say(id, 'is turned away', flags)
}

async function revoke(id: string, flags: Flags): Promise<void> {
  await done(connect(flags).devices[':id'].revoke.$post({ param: { id } }))
  say(id, 'is cut off, and its key barred', flags)
}

async function pardon(id: string, flags: Flags): Promise<void> {
  await done(connect(flags)['barred-devices'][':id'].$delete({ param: { id } }))
  say(id, 'can join again, by a token', flags)
}

const say = (id: string, what: string, { json }: Flags): void =>
  print(json ? JSON.stringify({ id }) : `${id} ${what}`)
