import { z } from 'zod'
import { cborCodec } from '../model/document-codec.js'
import { countSchema } from '../util/scalars.js'

const featureSchema = z
  .object({
    name: z.string().max(128),
    /** Ascending inner edges: n edges make n + 1 bins, open at both ends. */
    edges: z.array(z.number()).max(63),
    /** How many reference values fell in each bin. */
    counts: z.array(countSchema).max(64),
  })
  .refine(
    ({ edges, counts }) =>
      counts.length === edges.length + 1 &&
      edges.every((edge, i) => i === 0 || edges[i - 1]! < edge),
    'the edges must ascend and have one count more',
  )
export type ProfiledFeature = z.infer<typeof featureSchema>

/** What each monitored input looked like when the model was made. Travels with the release. */
export const referenceProfileSchema = z.object({
  v: z.literal(1),
  /** By input name: one feature for each element of a row (the last dimension). */
  inputs: z.record(z.string().max(256), z.array(featureSchema).min(1).max(512)),
})
export type ReferenceProfile = z.infer<typeof referenceProfileSchema>

export const referenceProfileCodec = cborCodec(referenceProfileSchema)

/** The bin a value falls in: the number of edges that are not above it. Not-a-number counts in the last. */
export function binOf(edges: ArrayLike<number>, value: number): number {
  let low = 0
  let high = edges.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (value < edges[middle]!) high = middle
    else low = middle + 1
  }
  return low
}

/**
 * Quantile edges that put an equal share of `values` in each of `bins` bins; equal edges are merged,
 * so a feature with few distinct values gets few bins. 32 bins lose nothing for the tests of drift.
 */
export function profileFeature(
  name: string,
  values: readonly number[],
  bins = 32,
): ProfiledFeature {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b)
  const edges: number[] = []
  for (let i = 1; i < bins && sorted.length > 0; i++) {
    const edge = sorted[Math.floor((i * sorted.length) / bins)]!
    if (edge > sorted[0]! && edge !== edges.at(-1)) edges.push(edge)
  }
  const counts = new Array<number>(edges.length + 1).fill(0)
  for (const value of sorted) counts[binOf(edges, value)]! += 1
  return { name, edges, counts }
}
