import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addValue,
  mergeMoments,
  momentsSchema,
  noMoments,
  type Moments,
} from '@kedge/shared/telemetry/moments'
import { seededRuns } from '../../../support/seeded-runs.js'

function momentsOf(values: readonly number[]): Moments {
  const moments = noMoments()
  for (const value of values) addValue(moments, value)
  return moments
}

/** Two passes, the slow and sure way. */
function exact(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return { mean, m2: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) }
}

const near = (a: number, b: number, scale: number) => {
  expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-9 * Math.max(scale, 1e-300))
}

const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 100 })

describe('moments', () => {
  it('of two samples merged are those of both together', () => {
    fc.assert(
      fc.property(numbers, numbers, (a, b) => {
        const merged = mergeMoments(momentsOf(a), momentsOf(b))
        const whole = momentsOf([...a, ...b])
        expect(merged).toMatchObject({ count: whole.count, min: whole.min, max: whole.max })
        near(merged.mean, whole.mean, 1e6)
        near(merged.m2, whole.m2, 1e14)
        expect(merged.m2).toBeGreaterThanOrEqual(0)
      }),
      seededRuns(),
    )
  })

  it('keep a small spread far from zero, where sums of squares lose it', () => {
    const values = Array.from({ length: 10_000 }, (_, i) => 1e9 + (i % 7))
    const { mean, m2 } = momentsOf(values)
    const truth = exact(values)
    near(mean, truth.mean, 1e9)
    expect(m2 / truth.m2).toBeCloseTo(1, 6)
    const halves = mergeMoments(momentsOf(values.slice(0, 3_000)), momentsOf(values.slice(3_000)))
    expect(halves.m2 / truth.m2).toBeCloseTo(1, 6)
  })

  it('count what is not finite apart from everything else', () => {
    const moments = momentsOf([1, NaN, 3, Infinity, -Infinity])
    expect(moments).toEqual({ count: 2, nonFinite: 3, mean: 2, m2: 2, min: 1, max: 3 })
    expect(mergeMoments(moments, momentsOf([NaN]))).toEqual({ ...moments, nonFinite: 4 })
    expect(mergeMoments(momentsOf([NaN]), moments)).toEqual({ ...moments, nonFinite: 4 })
  })

  it('can always be sent, whatever was counted', () => {
    const anything = fc.array(fc.double(), { maxLength: 50 })
    fc.assert(
      fc.property(anything, anything, (a, b) => {
        expect(momentsSchema.safeParse(momentsOf(a)).success).toBe(true)
        const merged = mergeMoments(momentsOf(a), momentsOf(b))
        expect(momentsSchema.safeParse(merged).success).toBe(true)
        expect(merged.count + merged.nonFinite).toBe(a.length + b.length)
      }),
      seededRuns(500),
    )
  })
})
