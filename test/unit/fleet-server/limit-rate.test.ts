import { Hono } from 'hono'
import { expect, it, describe } from 'vitest'
import { limitRate } from '../../../fleet-server/src/http/limit-rate.js'
import { ManualClock } from '../../support/manual-clock.js'

describe('rate limit', () => {
  it('lets as many through as a minute allows, and more as time passes', async () => {
    const clock = new ManualClock()
    const app = new Hono().get('/', limitRate(3, clock), (c) => c.text('in'))
    const ask = async () => (await app.request('/')).status
    expect([await ask(), await ask(), await ask(), await ask()]).toEqual([200, 200, 200, 429])
    await clock.advance(20_000)
    expect([await ask(), await ask()]).toEqual([200, 429])
  })
})
