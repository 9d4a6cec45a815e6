import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { ServerContext } from '../context.js'
import { afterChange } from './create-rollout.js'
import type { Rollout, RolloutAction, StoredRolloutState } from './rollout.js'
import { viewRollout } from './view-rollouts.js'

type Parts = Pick<ServerContext, 'clock' | 'events' | 'issuer' | 'log' | 'rollouts'>

interface Change {
  readonly from: readonly StoredRolloutState[]
  readonly to: StoredRolloutState
}

/** From where each action leads where. An action that has had its effect already changes nothing. */
const changes = {
  pause: { from: ['running', 'paused'], to: 'paused' },
  resume: { from: ['running', 'paused'], to: 'running' },
  abort: { from: ['running', 'paused', 'aborted'], to: 'aborted' },
} as const satisfies Record<Exclude<RolloutAction, 'retry'>, Change>

/**
 * Pauses, resumes, aborts or retries a rollout. After an abort its devices fall back to the rollout
 * before; a retry is one more attempt on the devices where it failed.
 *
 * @throws UsageError `not-found`; `conflict` when its state does not allow it
 */
export async function changeRollout(
  parts: Parts,
  id: string,
  action: RolloutAction,
): Promise<Rollout> {
  const rollout = await parts.rollouts.find(id)
  if (rollout === undefined) throw new UsageError('not-found', `there is no rollout ${id}`)
  if (action === 'retry') await retry(parts, id, rollout.state)
  else {
    const change: Change = changes[action]
    if (!change.from.includes(rollout.state)) throw refuse(id, action, rollout.state)
    await parts.rollouts.setState(id, change.to)
  }
  parts.log.info({ rollout: id, action }, 'a rollout was changed')
  await afterChange(parts, id)
  return viewRollout(parts, id)
}

async function retry(parts: Parts, id: string, state: StoredRolloutState): Promise<void> {
  if (state !== 'running') throw refuse(id, 'retry', state)
  await parts.rollouts.retryFailed(id)
}

const refuse = (id: string, action: RolloutAction, state: StoredRolloutState) =>
  new UsageError('conflict', `${id} is ${state}, so one cannot ${action} it`)
