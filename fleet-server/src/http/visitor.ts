import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { toHex } from '@kedge/shared/util/bytes'
import type { Actor, Visit } from '../accounts/actor.js'
import { findSessionActor, findTokenActor } from '../accounts/sessions.js'
import { refuseSignIn } from '../accounts/sign-in.js'
import type { ServerContext } from '../context.js'
import { addressOf } from './address.js'
import { sessionIdOf } from './session-cookie.js'

declare module 'hono' {
  interface ContextVariableMap {
    visit: Visit
  }
}

export const visitOf = (c: Context): Visit => c.get('visit')

/** Who is signed in. @throws UsageError `unauthorized` when nobody is */
export function actorOf(c: Context): Actor {
  const { actor } = visitOf(c)
  if (actor === undefined) throw notSignedIn()
  return actor
}

export const notSignedIn = () =>
  new UsageError(
    'unauthorized',
    'this needs somebody who is signed in, or a token as `Authorization: Bearer …`; the admin ' +
      'token is in DATA/admin-token',
  )

/**
 * Finds out who asks: by the token in the header, else by the cookie of a session. A token that is
 * wrong is refused even where none is needed, so that its owner hears of it.
 *
 * @throws UsageError `unauthorized`, `rate-limited`
 */
export const recogniseVisitor = (context: ServerContext) =>
  createMiddleware(async (c, next) => {
    const visit = { ip: addressOf(c), requestId: `q-${toHex(context.entropy.bytes(8))}` }
    c.set('visit', visit)
    c.header('X-Request-Id', visit.requestId)
    const actor = await findActor(c, context, visit)
    if (actor) c.set('visit', { ...visit, actor })
    await next()
  })

async function findActor(
  c: Context,
  context: ServerContext,
  visit: Visit,
): Promise<Actor | undefined> {
  const token = tokenOf(c)
  if (token !== undefined) {
    const actor = await findTokenActor(context, token)
    if (actor) return actor
    context.accounts.attempts.check(visit.ip)
    await refuseSignIn(context, visit, { method: 'token' })
    throw notSignedIn()
  }
  const session = sessionIdOf(c)
  return session === undefined ? undefined : findSessionActor(context, session)
}

/** Empty for a header that is no bearer's: wrong, not absent. */
function tokenOf(c: Context): string | undefined {
  const header = c.req.header('authorization')
  return header === undefined ? undefined : (/^Bearer +(\S+)$/i.exec(header)?.[1] ?? '')
}
