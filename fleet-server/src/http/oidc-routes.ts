import { Hono, type Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { validator } from 'hono-openapi'
import { z } from 'zod'
import { KedgeError, UsageError } from '@kedge/shared/errors/kedge-error'
import type { Actor } from '../accounts/actor.js'
import type { OidcProvider, SignedIn } from '../accounts/oidc-provider.js'
import { beginOidc, oidcPatience, signInByOidc } from '../accounts/sign-in-by-oidc.js'
import type { ServerContext } from '../context.js'
import { describe, refuseInvalid } from './describe.js'
import { limitRate } from './limit-rate.js'
import { originOf } from './origin.js'
import { isSecure, setSessionCookie } from './session-cookie.js'
import { actorOf, visitOf } from './visitor.js'

const tag = 'Session'
const signInsPerMinute = 60
const loginQuery = z.object({ again: z.literal('1').optional() })
/** Ties the answer of the provider to the browser that asked. Lax: the answer comes from elsewhere. */
const ticketCookies = { secure: '__Host-kedge-oidc', plain: 'kedge-oidc-plain' }

export const oidcRoutes = (context: ServerContext) =>
  new Hono()
    .get(
      '/oidc/login',
      describe({
        tag,
        summary: 'Sends the browser to the provider; `again=1` for a new proof of who is signed in',
        action: 'anyone',
        status: 302,
      }),
      limitRate(signInsPerMinute, context.clock),
      validator('query', loginQuery, refuseInvalid),
      async (c) => {
        const { again } = c.req.valid('query')
        const { url, ticket } = await beginOidc(context, providerOf(context), {
          redirectUri: redirectUri(c, context),
          again: again ? signedInAs(actorOf(c)) : undefined,
        })
        setTicket(c, context, ticket)
        return c.redirect(url.href)
      },
    )
    .get(
      '/oidc/callback',
      describe({
        tag,
        summary: 'Takes the answer of the provider, and leads to the console in any case',
        action: 'anyone',
        status: 302,
      }),
      limitRate(signInsPerMinute, context.clock),
      async (c) => {
        const provider = providerOf(context)
        const ticket = takeTicket(c)
        const query = new URL(c.req.url).search
        // Always the console of this server: an address given from outside is never followed.
        try {
          const begun = await signInByOidc(context, visitOf(c), { provider, query, ticket })
          setSessionCookie(c, context.config, begun.id)
          return c.redirect('/')
        } catch (error) {
          if (!(error instanceof KedgeError)) throw error
          return c.redirect(`/#refused=${error.code as string}`)
        }
      },
    )

/** @throws UsageError `forbidden` for programs */
function signedInAs({ kind, id, session }: Actor): SignedIn {
  if (kind === 'user' && session !== undefined) return { account: id, session }
  throw new UsageError('forbidden', 'only people who are signed in prove themselves again')
}

function providerOf({ accounts }: ServerContext): OidcProvider {
  if (accounts.oidc) return accounts.oidc
  throw new UsageError('not-found', 'this server has no OpenID provider; see --oidc-issuer')
}

const redirectUri = (c: Context, { config }: ServerContext): string =>
  `${originOf(c, config)}/api/v1/oidc/callback`

function setTicket(c: Context, { config }: ServerContext, ticket: string): void {
  const secure = isSecure(c, config)
  setCookie(c, secure ? ticketCookies.secure : ticketCookies.plain, ticket, {
    httpOnly: true,
    secure,
    sameSite: 'Lax',
    path: '/',
    maxAge: oidcPatience / 1_000,
  })
}

function takeTicket(c: Context): string | undefined {
  const ticket = getCookie(c, ticketCookies.secure) ?? getCookie(c, ticketCookies.plain)
  deleteCookie(c, ticketCookies.secure, { path: '/', secure: true })
  deleteCookie(c, ticketCookies.plain, { path: '/' })
  return ticket
}
