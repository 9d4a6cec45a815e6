import { useQuery } from '@tanstack/react-query'
import type { Rollout } from '../../api/documents.js'
import { matchingDevicesQuery } from '../../api/queries.js'
import { deviceName } from '../../parts/presence.js'

/** Beyond this many the names would cost more than they tell. */
const most = 1_000

/** What people call the devices that a rollout selects, by id; empty for a large rollout. */
export function useDeviceNames(rollout: Rollout): ReadonlyMap<string, string> {
  const enabled = rollout.counts.matched <= most
  const { data } = useQuery({ ...matchingDevicesQuery(rollout.select), enabled })
  return new Map(data?.map((device) => [device.id, deviceName(device)]))
}
