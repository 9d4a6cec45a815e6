import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { stepUpOf } from '../accounts/permissions.js'
import { requireFreshProof } from '../accounts/proof.js'
import type { ServerContext } from '../context.js'
import { bodyOf } from './body-of.js'
import { accessOf, routeParamsOf } from './route-access.js'
import { visitOf } from './visitor.js'

/**
 * Keeps what can do much harm from a session that has not proved itself for some minutes.
 *
 * @throws UsageError `step-up-required`
 */
export const requireProof = ({ clock }: Pick<ServerContext, 'clock'>) =>
  createMiddleware(async (c, next) => {
    const { actor } = visitOf(c)
    if (actor?.session !== undefined && (await isDangerous(c))) {
      requireFreshProof(actor, clock.now())
    }
    await next()
  })

async function isDangerous(c: Context): Promise<boolean> {
  const access = accessOf(c)
  const stepUp = access && stepUpOf(access.action)
  if (stepUp !== 'large') return stepUp === 'always'
  const { actor } = visitOf(c)
  const request = { params: routeParamsOf(c), body: await bodyOf(c), actor: actor?.id ?? '' }
  // Of what the route itself will refuse nothing is said here.
  return (await access?.isLarge?.(request).catch(() => false)) ?? true
}
