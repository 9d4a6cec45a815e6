import type { Command } from 'commander'
import type { Device } from '../devices/device.js'
import { allPages, answer, collect, connect, type Connection } from './client.js'
import { withConnection } from './flags.js'
import { addMembershipCommands } from './membership-commands.js'
import {
  formatAge,
  formatLabels,
  formatTable,
  print,
  printJson,
  type OutputFlags,
} from './output.js'

export function addDeviceCommands(program: Command): void {
  const device = program.command('device').description('the fleet')
  withConnection(device.command('ls'))
    .description('devices and what they run')
    .option('--select <selector>', 'such as "site=berlin, kind!=browser"', '')
    .action(listDevices)
  withConnection(device.command('show <id>'))
    .description('all that is known of one device')
    .action(showDevice)
  withConnection(device.command('explain <id>'))
    .description('why a device runs what it runs')
    .action(explainDevice)
  addMembershipCommands(device)
}

type Flags = OutputFlags & Connection

async function listDevices({ select, ...flags }: Flags & { select: string }): Promise<void> {
  const client = connect(flags)
  const items = await collect(
    allPages((cursor) => answer(client.devices.$get({ query: { select, cursor } }))),
  )
  if (flags.json) return printJson(items)
  const rows = items.map((device) => [
    device.id,
    device.presence,
    formatAge(device.lastSeen, Date.now()),
    formatRunning(device),
    formatLabels(device.labels),
  ])
  print(formatTable(['DEVICE', 'PRESENCE', 'LAST SEEN', 'RUNS', 'LABELS'], rows))
}

async function showDevice(id: string, flags: Flags): Promise<void> {
  const client = connect(flags)
  const device = await answer(client.devices[':id'].$get({ param: { id } }))
  if (flags.json) return printJson(device)
  const { reported } = device
  const now = Date.now()
  const facts: [string, string][] = [
    ['device', device.id],
    ['kind', device.kind],
    ['presence', `${device.presence}, since ${formatAge(device.presenceSince, now)}`],
    ['last seen', formatAge(device.lastSeen, now)],
    ['enrolled', formatAge(device.enrolledAt, now)],
    ['labels', formatLabels(device.labels)],
    ['runs', formatRunning(device)],
    ['is to run', formatDesired(device)],
    ['agent', reported ? `${reported.agent.name} ${reported.agent.version}` : '-'],
    ['machine', reported ? formatMachine(reported.capabilities) : '-'],
    ['alarm', device.alarm?.message ?? 'none'],
    ['problems', reported?.problems.map(({ message }) => message).join('; ') || 'none'],
  ]
  const width = Math.max(...facts.map(([name]) => name.length))
  print(facts.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n'))
}

async function explainDevice(id: string, flags: Flags): Promise<void> {
  const client = connect(flags)
  const explanation = await answer(client.devices[':id'].explain.$get({ param: { id } }))
  if (flags.json) return printJson(explanation)
  if (explanation.items.length === 0) return print(`no rollout sends ${id} anything`)
  const rows = explanation.items.map(({ slot, verdict, says }) => [slot, verdict, says])
  print(formatTable(['MODEL', 'VERDICT', 'WHY'], rows))
}

type Capabilities = NonNullable<Device['reported']>['capabilities']

const formatMachine = ({ os, arch, cores, runtime }: Capabilities): string =>
  `${os} ${arch}, ${cores} cores, ${runtime}`

const formatRunning = ({ reported }: Pick<Device, 'reported'>): string =>
  Object.entries(reported?.slots ?? {})
    .flatMap(([name, { running }]) => (running ? [`${name}@${running.release.version}`] : []))
    .join(' ') || '-'

const formatDesired = ({ desired }: Pick<Device, 'desired'>): string =>
  Object.entries(desired?.slots ?? {})
    .map(([name, { release }]) => `${name}@${release.version}`)
    .join(' ') || '-'
