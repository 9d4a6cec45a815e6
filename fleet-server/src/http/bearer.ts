import { createMiddleware } from 'hono/factory'
import { UsageError } from '@kedge/shared/errors/kedge-error'

/**
 * Lets only the administrator pass. Browsers cannot send headers with an EventSource, so the events
 * take the token in their address too.
 *
 * @throws UsageError `unauthorized`
 */
export const requireAdmin = (isAdmin: (token: string) => boolean) =>
  createMiddleware(async (c, next) => {
    const [, fromHeader] = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '') ?? []
    const token = fromHeader ?? (c.req.path.endsWith('/events') ? c.req.query('access_token') : '')
    if (!token || !isAdmin(token)) {
      throw new UsageError(
        'unauthorized',
        'this needs the admin token, as `Authorization: Bearer …`; the server keeps it in ' +
          'DATA/admin-token',
      )
    }
    await next()
  })
