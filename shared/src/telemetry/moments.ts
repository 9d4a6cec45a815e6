import { z } from 'zod'
import { countSchema } from '../util/scalars.js'

/** Summary of numbers that merges exactly: mean and M2, the sum of squared differences from it. */
export const momentsSchema = z.object({
  count: countSchema,
  /** NaN, infinite values and those beyond `largestNumber`, which are in no other field. */
  nonFinite: countSchema,
  mean: z.number(),
  m2: z.number().nonnegative(),
  min: z.number(),
  max: z.number(),
})
export type Moments = z.infer<typeof momentsSchema>

export const noMoments = (): Moments => ({
  count: 0,
  nonFinite: 0,
  mean: 0,
  m2: 0,
  min: 0,
  max: 0,
})

/** What is further from zero than this has a square whose sums no float holds. */
export const largestNumber = 1e140

/** Adds one value in place. Welford 1962; Knuth, TAOCP 2, 4.2.2. */
export function addValue(moments: Moments, value: number): void {
  // Written so that a value that is not a number fails too.
  if (!(Math.abs(value) <= largestNumber)) {
    moments.nonFinite += 1
    return
  }
  moments.min = moments.count === 0 ? value : Math.min(moments.min, value)
  moments.max = moments.count === 0 ? value : Math.max(moments.max, value)
  moments.count += 1
  const delta = value - moments.mean
  moments.mean += delta / moments.count
  moments.m2 += delta * (value - moments.mean)
}

/** Chan, Golub and LeVeque 1979: the moments of both samples together. */
export function mergeMoments(a: Moments, b: Moments): Moments {
  const nonFinite = a.nonFinite + b.nonFinite
  if (a.count === 0) return { ...b, nonFinite }
  if (b.count === 0) return { ...a, nonFinite }
  const count = a.count + b.count
  const delta = b.mean - a.mean
  return {
    count,
    nonFinite,
    mean: a.mean + (delta * b.count) / count,
    m2: a.m2 + b.m2 + (delta * delta * a.count * b.count) / count,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
  }
}
