import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { ServerContext } from '../context.js'
import { rolloutDeviceStates, type RolloutDevice } from './rollout.js'

export interface RolloutDeviceQuery {
  readonly state?: RolloutDevice['state'] | 'working' | undefined
  readonly after: string
  readonly limit: number
}

const settled: readonly RolloutDevice['state'][] = ['active', 'failed', 'waiting']
const working = rolloutDeviceStates.filter((state) => !settled.includes(state))

/** The devices a rollout decides for, by id. @throws UsageError `not-found` */
export async function listRolloutDevices(
  { rollouts }: Pick<ServerContext, 'rollouts'>,
  id: string,
  { state, after, limit }: RolloutDeviceQuery,
): Promise<{ items: RolloutDevice[]; next: string | null }> {
  if ((await rollouts.find(id)) === undefined) {
    throw new UsageError('not-found', `there is no rollout ${id}`)
  }
  const states = state === 'working' ? working : state && [state]
  const found = await rollouts.devices(id, {
    after,
    limit: limit + 1,
    ...(states === undefined ? {} : { states }),
  })
  const items = found.slice(0, limit)
  return { items, next: found.length > limit ? (items.at(-1)?.device ?? null) : null }
}
