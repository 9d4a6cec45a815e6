import { UsageError } from '@kedge/shared/errors/kedge-error'
import { matchesSelector, parseSelector } from '@kedge/shared/protocol/selector'
import type { ServerContext } from '../context.js'
import { selectableLabels, type Device } from './device.js'

type Parts = Pick<ServerContext, 'devices'>

export interface DeviceQuery {
  readonly select: string
  /** Only devices with a greater id. */
  readonly after: string
  readonly limit: number
}

const pageSize = 500

/**
 * Devices that the selector matches, by id; `next` is where the following page begins.
 *
 * @throws UsageError `usage` when the selector cannot be read
 */
export async function listDevices(
  { devices }: Parts,
  query: DeviceQuery,
): Promise<{ items: Device[]; next: string | null }> {
  const selector = parseSelector(query.select)
  const items: Device[] = []
  for (let after = query.after; ;) {
    const page = await devices.list(after, selector.length === 0 ? query.limit + 1 : pageSize)
    for (const device of page) {
      if (!matchesSelector(selector, selectableLabels(device))) continue
      if (items.length === query.limit) return { items, next: items.at(-1)?.id ?? null }
      items.push(device)
    }
    const last = page.at(-1)
    if (last === undefined || page.length < pageSize) return { items, next: null }
    after = last.id
  }
}

/** @throws UsageError `not-found` */
export async function findDevice({ devices }: Parts, id: string): Promise<Device> {
  const device = await devices.find(id)
  if (device === undefined) throw new UsageError('not-found', `there is no device ${id}`)
  return device
}
