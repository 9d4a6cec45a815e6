import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DocumentError } from '@kedge/shared/errors/document-error'
import { InputCounter } from '@kedge/shared/telemetry/input-counter'
import {
  binOf,
  profileFeature,
  referenceProfileCodec,
  type ReferenceProfile,
} from '@kedge/shared/telemetry/reference-profile'
import { seededRuns } from '../../../support/seeded-runs.js'

const row = (...data: number[]) => ({
  dtype: 'float32' as const,
  shape: [1, data.length],
  data: Float32Array.from(data),
})

describe('profile of a feature', () => {
  it('puts an equal share in each bin', () => {
    const values = Array.from({ length: 3_200 }, (_, i) => (i * 997) % 3_200)
    const { edges, counts } = profileFeature('x', values)
    expect(edges).toHaveLength(31)
    expect(counts).toEqual(new Array(32).fill(100))
  })

  it('gives few distinct values few bins', () => {
    const values = [0, 0, 0, 1, 1, 2]
    expect(profileFeature('x', values)).toEqual({ name: 'x', edges: [1, 2], counts: [3, 2, 1] })
  })

  it.each([
    ['a constant', [4, 4, 4], { edges: [], counts: [3] }],
    ['nothing', [], { edges: [], counts: [0] }],
    ['only what is no number', [NaN, Infinity], { edges: [], counts: [0] }],
    ['a single value', [4], { edges: [], counts: [1] }],
  ])('of %s is one bin', (_what, values, profile) => {
    expect(profileFeature('x', values)).toMatchObject(profile)
  })

  it('counts every finite value once, in ascending bins that are all in use', () => {
    const values = fc.array(fc.oneof(fc.double(), fc.integer({ min: 0, max: 3 })))
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 64 }), (all, bins) => {
        const { edges, counts } = profileFeature('x', all, bins)
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(
          all.filter(Number.isFinite).length,
        )
        expect(edges.every((edge, i) => i === 0 || edges[i - 1]! < edge)).toBe(true)
        if (all.some(Number.isFinite)) expect(Math.min(...counts)).toBeGreaterThan(0)
        expect(counts.length).toBeLessThanOrEqual(bins)
      }),
      seededRuns(300),
    )
  })
})

describe('bin of a value', () => {
  it.each([
    [-Infinity, 0],
    [0.9, 0],
    [1, 1],
    [1.5, 1],
    [2, 2],
    [Infinity, 2],
    [NaN, 2],
  ])('%d lies in bin %d of (…, 1), [1, 2), [2, …)', (value, bin) => {
    expect(binOf([1, 2], value)).toBe(bin)
  })
})

describe('reference profile', () => {
  const profile: ReferenceProfile = {
    v: 1,
    inputs: {
      x: [
        { name: 'a', edges: [1, 2], counts: [1, 1, 1] },
        { name: 'b', edges: [], counts: [3] },
      ],
    },
  }

  it('comes back from its bytes', () => {
    expect(referenceProfileCodec.decode(referenceProfileCodec.encode(profile))).toEqual(profile)
  })

  const feature = { name: 'a', edges: [1, 2], counts: [1, 1, 1] }
  it.each([
    ['edges that do not ascend', { x: [{ ...feature, edges: [2, 1] }] }],
    ['equal edges', { x: [{ ...feature, edges: [1, 1] }] }],
    ['a count too few', { x: [{ ...feature, counts: [1, 1] }] }],
    ['an input without features', { x: [] }],
  ])('with %s is refused', (_what, inputs) => {
    const bytes = referenceProfileCodec.encode({ v: 1, inputs })
    expect(() => referenceProfileCodec.decode(bytes)).toThrow(DocumentError)
  })
})

describe('input counter', () => {
  const profile: ReferenceProfile = {
    v: 1,
    inputs: {
      x: [
        { name: 'a', edges: [1, 2], counts: [0, 0, 0] },
        { name: 'b', edges: [10], counts: [0, 0] },
      ],
    },
  }

  it('counts element i of each row as feature i', () => {
    const counter = new InputCounter(profile)
    counter.record({ x: { ...row(0, 5, 1, 10, 2, 11), shape: [3, 2] } }, 1)
    expect(counter.take()).toEqual({
      x: [
        [1, 1, 1],
        [1, 2],
      ],
    })
  })

  it('starts each run at feature 0, also when a row of the run before was not whole', () => {
    const counter = new InputCounter(profile)
    counter.record({ x: { ...row(0, 5, 1, 0, 5, 1), shape: [2, 3] } }, 2)
    expect(counter.take()).toEqual({
      x: [
        [2, 2, 0],
        [2, 0],
      ],
    })
  })

  it('begins again from zero when its counts were taken', () => {
    const counter = new InputCounter(profile)
    counter.record({ x: row(1, 1) }, 1)
    counter.take()
    expect(counter.take()).toEqual({
      x: [
        [0, 0, 0],
        [0, 0],
      ],
    })
  })

  it('reads half floats and big integers as the numbers they are', () => {
    const counter = new InputCounter(profile)
    counter.record({ x: { dtype: 'float16', shape: [2], data: Uint16Array.of(0x3c00, 0x4900) } }, 1)
    counter.record({ x: { dtype: 'int64', shape: [2], data: BigInt64Array.of(1n, 10n) } }, 1)
    expect(counter.take()).toEqual({
      x: [
        [0, 2, 0],
        [0, 2],
      ],
    })
  })

  it('lets inputs pass that it does not know, and strings', () => {
    const counter = new InputCounter(profile)
    counter.record({ z: row(1, 1) }, 1)
    counter.record({ x: { dtype: 'string', shape: [2], data: ['1', '2'] } }, 1)
    expect(counter.take()).toEqual({
      x: [
        [0, 0, 0],
        [0, 0],
      ],
    })
  })
})
