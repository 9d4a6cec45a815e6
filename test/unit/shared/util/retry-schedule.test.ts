import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededEntropy, type Entropy } from '@kedge/shared/util/entropy'
import { retrySchedule } from '@kedge/shared/util/retry-schedule'
import { Ms, Seconds } from '@kedge/shared/util/units'
import { seededRuns } from '../../../support/seeded-runs.js'

const chance = (value: number): Entropy => ({ random: () => value, bytes: () => new Uint8Array() })

function take(count: number, delays: Iterator<number>): number[] {
  return Array.from({ length: count }, () => delays.next().value as number)
}

describe('retry schedule', () => {
  const doubling = { first: Seconds(1), factor: 2, cap: Seconds(10), jitter: 0 }

  it('grows by its factor up to its cap and never ends', () => {
    const delays = take(1_000, retrySchedule(doubling, chance(0.5)))
    expect(delays.slice(0, 6)).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000])
    expect(delays.at(-1)).toBe(10_000)
  })

  it.each([
    [0.2, 0, [1000, 2000]],
    [0.2, 1, [800, 1600]],
    [1, 0.25, [750, 1500]],
    [1, 1, [0, 0]],
  ])('with jitter %d and chance %d waits %j', (jitter, random, expected) => {
    expect(take(2, retrySchedule({ ...doubling, jitter }, chance(random)))).toEqual(expected)
  })

  it('keeps every delay between the jittered least and the cap', () => {
    const options = fc.record({
      first: fc.integer({ min: 1, max: 10_000 }).map(Ms),
      factor: fc.double({ min: 1, max: 10, noNaN: true }),
      cap: fc.integer({ min: 1, max: 1_000_000 }).map(Ms),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    fc.assert(
      fc.property(options, fc.integer(), (schedule, seed) => {
        const { first, cap, jitter } = schedule
        const least = Math.min(first, cap) * (1 - jitter)
        for (const delay of take(50, retrySchedule(schedule, seededEntropy(seed)))) {
          expect(delay).toBeGreaterThanOrEqual(least - 1e-9)
          expect(delay).toBeLessThanOrEqual(cap)
        }
      }),
      seededRuns(),
    )
  })
})
