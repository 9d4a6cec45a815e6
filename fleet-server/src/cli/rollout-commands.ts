import type { Command } from 'commander'
import { parseSelector } from '@kedge/shared/protocol/selector'
import { rolloutActions, type Rollout, type RolloutAction } from '../rollouts/rollout.js'
import { allPages, answer, collect, connect, type Client, type Connection } from './client.js'
import { toModelVersion, withConnection, type ModelVersion } from './flags.js'
import { formatAge, formatTable, print, printJson, type OutputFlags } from './output.js'
import { watchRollout } from './watch-rollout.js'

type Flags = OutputFlags & Connection

const actions: Readonly<Record<RolloutAction, string>> = {
  pause: 'send it to no more devices',
  resume: 'go on with a paused one',
  abort: 'take it back: its devices return to the rollout before',
  retry: 'try again on the devices where it failed',
}

export function addRolloutCommands(program: Command): void {
  const rollout = program.command('rollout').description('which devices run which version')
  withConnection(rollout.command('create'))
    .description('send a version to all devices that match, now or later')
    .requiredOption('--model <name@version>', 'what to send', toModelVersion)
    .requiredOption('--select <selector>', 'to whom: "site=berlin, kind!=browser", "*" for all')
    .option('--name <name>', 'what to call it')
    .action(createRollout)
  withConnection(rollout.command('ls')).description('rollouts, newest first').action(listRollouts)
  withConnection(rollout.command('show <id>'))
    .description('a rollout and its devices')
    .action(showRollout)
  withConnection(rollout.command('watch <id>'))
    .description('follow a rollout until every device has it or has failed')
    .action((id: string, flags: Flags) => watchRollout(id, flags))
  for (const action of rolloutActions) {
    withConnection(rollout.command(`${action} <id>`))
      .description(actions[action])
      .action((id: string, flags: Flags) => changeRollout(id, action, flags))
  }
}

interface CreateFlags extends Flags {
  readonly model: ModelVersion
  readonly select: string
  readonly name?: string
}

async function createRollout({ model, select, name, ...flags }: CreateFlags): Promise<void> {
  parseSelector(select)
  const request = { ...model, select, ...(name === undefined ? {} : { name }) }
  const rollout = await answer(connect(flags).rollouts.$post({ json: request }))
  if (flags.json) return printJson(rollout)
  print(`${rollout.id}: ${rollout.name} to ${rollout.counts.matched} devices now`)
}

async function listRollouts(flags: Flags): Promise<void> {
  const client = connect(flags)
  const items = await collect(allPages((cursor) => readPage(client, cursor)))
  if (flags.json) return printJson(items)
  print(formatTable(rolloutHeads, items.map(toRow)))
}

const readPage = (client: Client, cursor: string) =>
  answer(client.rollouts.$get({ query: cursor === '' ? {} : { cursor } }))

async function showRollout(id: string, flags: Flags): Promise<void> {
  const client = connect(flags)
  const rollout = await answer(client.rollouts[':id'].$get({ param: { id } }))
  const readDevices = (cursor: string) =>
    answer(client.rollouts[':id'].devices.$get({ param: { id }, query: { cursor } }))
  const devices = await collect(allPages(readDevices))
  if (flags.json) return printJson({ ...rollout, devices })
  print(formatTable(rolloutHeads, [toRow(rollout)]))
  const rows = devices.map(({ device, presence, state, since, reason }) => [
    device,
    presence,
    state,
    formatAge(since, Date.now()),
    reason && `${reason.code}: ${reason.message}`,
  ])
  if (rows.length > 0)
    print(`\n${formatTable(['DEVICE', 'PRESENCE', 'STATE', 'SINCE', 'WHY'], rows)}`)
}

async function changeRollout(id: string, action: RolloutAction, flags: Flags): Promise<void> {
  const client = connect(flags)
  const rollout = await answer(client.rollouts[':id'][':action'].$post({ param: { id, action } }))
  if (flags.json) return printJson(rollout)
  print(formatTable(rolloutHeads, [toRow(rollout)]))
}

const rolloutHeads = [
  ...['ROLLOUT', 'MODEL', 'SELECT', 'STATE', 'DEVICES'],
  ...['ACTIVE', 'WORKING', 'FAILED', 'WAITING', 'CREATED'],
]

const toRow = ({ id, model, version, select, state, counts, createdAt }: Rollout) => [
  id,
  `${model}@${version}`,
  select,
  state,
  counts.matched,
  counts.active,
  counts.working,
  counts.failed,
  counts.waiting,
  formatAge(createdAt, Date.now()),
]
