import { createMiddleware } from 'hono/factory'
import { may } from '../accounts/actor.js'
import { stepUpOf } from '../accounts/permissions.js'
import { requireFreshProof } from '../accounts/proof.js'
import type { ServerContext } from '../context.js'
import { bodyOf } from './body-of.js'
import { refuseAction } from './guard.js'
import { accessOf, routeParamsOf, type RequestInOutline, type RouteAccess } from './route-access.js'
import { visitOf } from './visitor.js'

/**
 * Looks at what is asked for, where the route alone does not say who may ask: some requests need a
 * further action, and what can do much harm needs a session that proved itself within minutes.
 *
 * @throws UsageError `forbidden`, `step-up-required`
 */
export const guardBody = (context: Pick<ServerContext, 'accounts' | 'clock'>) =>
  createMiddleware(async (c, next) => {
    const access = accessOf(c)
    const { actor } = visitOf(c)
    if (access === undefined || actor === undefined) return next()
    const body = (access.also ?? access.isLarge) && (await bodyOf(c))
    const request = { params: routeParamsOf(c), body, actor: actor.id }
    const also = access.also?.when(request) ? access.also.action : undefined
    if (also && !may(actor, also)) await refuseAction(c, context, { actor, action: also })
    const isDangerous = (also && stepUpOf(also)) ?? (await needsStepUp(access, request))
    if (isDangerous) requireFreshProof(actor, context.clock.now())
    await next()
  })

async function needsStepUp(access: RouteAccess, request: RequestInOutline): Promise<boolean> {
  const stepUp = stepUpOf(access.action)
  if (stepUp !== 'large') return stepUp === 'always'
  return (await access.isLarge?.(request)) ?? true
}
