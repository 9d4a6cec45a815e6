import { createMiddleware } from 'hono/factory'
import { HTTPException } from 'hono/http-exception'
import type { Clock } from '@kedge/shared/util/clock'
import { addressOf } from './address.js'

interface Bucket {
  tokens: number
  filledAt: number
}

/** More addresses than these are not told apart: the oldest is forgotten. */
const keptAddresses = 10_000

/** Lets each address make so many requests a minute, at most that many at once. */
export function limitRate(perMinute: number, clock: Clock) {
  const buckets = new Map<string, Bucket>()
  return createMiddleware(async (c, next) => {
    const address = addressOf(c)
    const now = clock.monotonic()
    const before = buckets.get(address) ?? { tokens: perMinute, filledAt: now }
    const refilled = before.tokens + ((now - before.filledAt) / 60_000) * perMinute
    const tokens = Math.min(perMinute, refilled) - 1
    if (tokens < 0) {
      c.header('Retry-After', String(Math.ceil(60 / perMinute)))
      throw new HTTPException(429, {
        message: 'too many requests from this address; wait a little',
      })
    }
    buckets.delete(address)
    buckets.set(address, { tokens, filledAt: now })
    const [oldest] = buckets.keys()
    if (buckets.size > keptAddresses && oldest !== undefined) buckets.delete(oldest)
    await next()
  })
}
