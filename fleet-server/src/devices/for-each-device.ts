import type { DeviceRepository } from './device-repository.js'

const pageSize = 500
const atOnce = 16

/** Calls `visit` for every device by id, some at once. The first error ends it. */
export async function forEachDevice(
  devices: Pick<DeviceRepository, 'ids'>,
  visit: (device: string) => Promise<void>,
): Promise<void> {
  for (let after = ''; ;) {
    const ids = await devices.ids(after, pageSize)
    for (let start = 0; start < ids.length; start += atOnce) {
      await Promise.all(ids.slice(start, start + atOnce).map(visit))
    }
    const last = ids.at(-1)
    if (last === undefined || ids.length < pageSize) return
    after = last
  }
}
