import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { ServerConfig } from '../config/config.js'
import { sessionLife } from '../accounts/sessions.js'
import { originOf } from './origin.js'

/**
 * Browsers take a cookie with this prefix only when it is Secure, without a Domain and for the whole
 * host, so no other host can plant it (RFC 6265bis, 4.1.3.2).
 */
const guarded = '__Host-kedge'
/** For `--insecure` on other hosts than this machine, where browsers refuse Secure cookies. */
const plain = 'kedge-plain'

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** Browsers count this machine as secure even without TLS. */
export function isSecure(c: Context, config: Pick<ServerConfig, 'publicUrl'>): boolean {
  const { protocol, hostname } = new URL(originOf(c, config))
  return protocol === 'https:' || loopback.test(hostname)
}

export const sessionIdOf = (c: Context): string | undefined =>
  getCookie(c, guarded) ?? getCookie(c, plain)

export function setSessionCookie(
  c: Context,
  config: Pick<ServerConfig, 'publicUrl'>,
  id: string,
): void {
  const secure = isSecure(c, config)
  setCookie(c, secure ? guarded : plain, id, {
    httpOnly: true,
    secure,
    sameSite: 'Strict',
    path: '/',
    maxAge: sessionLife / 1_000,
  })
}

export function clearSessionCookie(c: Context): void {
  deleteCookie(c, guarded, { path: '/', secure: true })
  deleteCookie(c, plain, { path: '/' })
}
