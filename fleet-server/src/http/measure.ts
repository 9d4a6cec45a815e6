import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import type { Clock } from '@kedge/shared/util/clock'
import type { Metrics } from '../observability/metrics.js'

/** Counts and times requests by the pattern of their route, of which there are few. */
export const measure = (metrics: Metrics, clock: Clock) =>
  createMiddleware(async (c, next) => {
    const begun = clock.monotonic()
    await next()
    const { status } = c.res
    const route = status === 404 ? 'none' : routePath(c)
    const method = knownMethods.has(c.req.method) ? c.req.method : 'other'
    metrics.httpRequests.inc({ route, method, status: `${Math.floor(status / 100)}xx` })
    metrics.httpSeconds.observe({ route }, (clock.monotonic() - begun) / 1_000)
    if (status >= 400 && status < 500) metrics.httpRefused.inc()
  })

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
