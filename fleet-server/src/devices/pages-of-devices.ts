import type { DeviceRepository } from './device-repository.js'

/** All ids of the fleet in order, some at a time. */
export async function* pagesOfDevices(
  devices: Pick<DeviceRepository, 'ids'>,
  pageSize: number,
): AsyncGenerator<readonly string[]> {
  for (let after = ''; ;) {
    const ids = await devices.ids(after, pageSize)
    if (ids.length > 0) yield ids
    const last = ids.at(-1)
    if (last === undefined || ids.length < pageSize) return
    after = last
  }
}
