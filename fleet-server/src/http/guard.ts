import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { may, type Actor } from '../accounts/actor.js'
import { entryOf } from '../accounts/record-visit.js'
import type { ServerContext } from '../context.js'
import { originOf } from './origin.js'
import { accessOf, type RouteAccess } from './route-access.js'
import { notSignedIn, visitOf } from './visitor.js'

/**
 * Lets a request on to its route when the route says that it may. A route that says nothing lets
 * nobody in.
 *
 * @throws UsageError `unauthorized`, `forbidden`
 */
export const guard = (context: ServerContext) =>
  createMiddleware(async (c, next) => {
    const access = accessOf(c)
    const { actor } = visitOf(c)
    if (access?.action !== 'device') refuseForeignPage(c, context)
    if (access === undefined) {
      if (actor === undefined) throw notSignedIn()
      throw new UsageError('not-found', `there is nothing at ${c.req.method} ${c.req.path}`)
    }
    if (!isOpenTo(access, actor)) {
      if (actor === undefined) throw notSignedIn()
      await refuseAction(c, context, { actor, action: access.action })
    }
    await next()
  })

interface Refused {
  readonly actor: Actor
  readonly action: string
}

/** Records that somebody wanted what they may not. @throws UsageError `forbidden`, always */
export async function refuseAction(
  c: Context,
  { accounts }: Pick<ServerContext, 'accounts'>,
  { actor, action }: Refused,
): Promise<never> {
  const object = `${c.req.method} ${c.req.path}`
  await accounts.audit.append(entryOf(visitOf(c), { action: 'access.refuse', object }))
  const who = actor.actions ? `the token ${actor.name}` : `the role ${actor.role}`
  throw new UsageError('forbidden', `${who} does not allow ${action}`)
}

function isOpenTo({ action }: RouteAccess, actor: Actor | undefined): boolean {
  if (action === 'anyone' || action === 'device') return true
  if (actor === undefined) return false
  return action === 'signed-in' || may(actor, action)
}

/**
 * Refuses changes that the page of another origin asks for. Browsers say which page asks, in headers
 * that the page cannot set; programs say nothing, and have no cookie that somebody could borrow.
 */
function refuseForeignPage(c: Context, { config }: ServerContext): void {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return
  const origin = c.req.header('origin')
  const site = c.req.header('sec-fetch-site')
  const isOwn = site === 'same-origin' || origin === originOf(c, config)
  const hasCookie = visitOf(c).actor?.session !== undefined
  if (isOwn || (origin === undefined && site === undefined && !hasCookie)) return
  throw new UsageError('forbidden', 'only pages of this server may ask for this')
}
