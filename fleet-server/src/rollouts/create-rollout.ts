import { UsageError } from '@kedge/shared/errors/kedge-error'
import { parseSelector } from '@kedge/shared/protocol/selector'
import { Seconds } from '@kedge/shared/util/units'
import { toHex } from '@kedge/shared/util/bytes'
import type { ServerContext } from '../context.js'
import { findModel, findRelease } from '../models/find-models.js'
import type { ReleaseRecord } from '../models/model.js'
import type { Rollout, RolloutRequest } from './rollout.js'
import { viewRollout } from './view-rollouts.js'

type Parts = Pick<
  ServerContext,
  'clock' | 'entropy' | 'events' | 'issuer' | 'log' | 'releases' | 'rollouts'
>

/**
 * Sends a release to all devices that the selector matches, now or later.
 *
 * @throws UsageError `usage` when the selector cannot be read, `not-found` without such a release
 */
export async function createRollout(parts: Parts, request: RolloutRequest): Promise<Rollout> {
  parseSelector(request.select)
  const release = await findRelease(parts, request.model, request.version)
  await checkAllowed(parts, release)
  const { id } = await parts.rollouts.add(
    {
      id: `r-${toHex(parts.entropy.bytes(6))}`,
      name: request.name ?? `${request.model}@${request.version}`,
      model: request.model,
      version: request.version,
      release: release.sha256,
      releaseLength: release.length,
      selector: request.select,
      state: 'running',
    },
    parts.clock.now(),
  )
  parts.log.info({ rollout: id, model: request.model, version: request.version }, 'a rollout began')
  await afterChange(parts, id)
  return viewRollout(parts, id)
}

/** @throws UsageError `conflict` for a release that every device would refuse */
async function checkAllowed(parts: Parts, release: ReleaseRecord): Promise<void> {
  const { model, version, counter, revoked } = release
  if (revoked) {
    throw new UsageError('conflict', `${model}@${version} is revoked: ${revoked.reason}`)
  }
  const { floor } = await findModel(parts, model)
  if (counter >= floor) return
  throw new UsageError(
    'conflict',
    `${model}@${version} has the counter ${counter}, below the floor ${floor} of the model`,
  )
}

/** How long a change waits for its desired states, so that a small fleet's answer shows them. */
const patience = Seconds(1)

/** Has desired states issued. They go on being issued when that takes longer than we wait. */
export async function afterChange(
  { clock, events, issuer }: Pick<ServerContext, 'clock' | 'events' | 'issuer'>,
  rollout: string,
): Promise<void> {
  events.emit('rollout', rollout)
  const waited = new AbortController()
  const tooLong = clock.sleep(patience, waited.signal).catch(() => undefined)
  await Promise.race([issuer.refresh(), tooLong])
  waited.abort()
  events.emit('rollout', rollout)
}
