import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { ServerContext } from '../context.js'
import { findModel, findRelease } from './find-models.js'
import type { Model, ReleaseRecord } from './model.js'
import type { Revocation } from './release-limit-repository.js'

type Parts = Pick<ServerContext, 'clock' | 'events' | 'issuer' | 'limits' | 'log' | 'releases'>

/**
 * Takes a release back: every device hears of it by a new desired state, and none runs it from then on.
 *
 * @throws UsageError `not-found`
 */
export async function revokeRelease(parts: Parts, revocation: Revocation): Promise<ReleaseRecord> {
  const { model, version } = revocation
  await findRelease(parts, model, version)
  if (await parts.limits.revoke(revocation, parts.clock.now())) {
    parts.log.info(revocation, 'a release was revoked')
    parts.events.emit('model', model)
    await parts.issuer.refresh()
  }
  return findRelease(parts, model, version)
}

/**
 * Lets no device go back beyond a release. A floor is never lowered.
 *
 * @throws UsageError `not-found`, `conflict` when the floor is higher already
 */
export async function raiseFloor(parts: Parts, model: string, version: string): Promise<Model> {
  const { counter } = await findRelease(parts, model, version)
  const { floor } = await findModel(parts, model)
  if (counter < floor) {
    throw new UsageError(
      'conflict',
      `${model}@${version} has the counter ${counter}, and the floor is ${floor} already`,
    )
  }
  if (await parts.limits.raiseFloor(model, counter)) {
    parts.log.info({ model, version, floor: counter }, 'a floor was raised')
    parts.events.emit('model', model)
    await parts.issuer.refresh()
  }
  return findModel(parts, model)
}
