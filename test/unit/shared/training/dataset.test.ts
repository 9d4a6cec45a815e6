import { describe, expect, it } from 'vitest'
import { shuffledIndices, takeRows } from '@kedge/shared/training/dataset'
import { measureNormalisation, normalise } from '@kedge/shared/training/normalisation'
import { seededEntropy } from '@kedge/shared/util/entropy'

const labelled = {
  count: 3,
  features: Float32Array.of(1, 10, 2, 20, 3, 30),
  targets: BigInt64Array.of(5n, 6n, 7n),
}
const valued = { ...labelled, targets: Float32Array.of(1, 2, 3, 4, 5, 6) }

describe('rows', () => {
  it('are taken with their targets, in the order asked for', () => {
    expect(takeRows(labelled, [2, 0])).toEqual({
      count: 2,
      features: Float32Array.of(3, 30, 1, 10),
      targets: BigInt64Array.of(7n, 5n),
    })
    expect(takeRows(valued, [1]).targets).toEqual(Float32Array.of(3, 4))
  })

  it('are shuffled so that each place gets each row equally often', () => {
    const entropy = seededEntropy(1)
    const counts = Array.from({ length: 4 }, () => [0, 0, 0, 0])
    for (let i = 0; i < 8000; i++) {
      shuffledIndices(4, entropy).forEach((row, place) => (counts[place]![row]! += 1))
    }
    for (const count of counts.flat()) expect(Math.abs(count - 2000)).toBeLessThan(200)
  })
})

describe('normalisation', () => {
  it('gives each feature mean 0 and deviation 1', () => {
    const { features } = normalise(labelled, measureNormalisation(labelled))
    const expected = [-1, -1, 0, 0, 1, 1].map((value) => value * Math.sqrt(1.5))
    features.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5))
  })

  it('leaves a constant feature at 0 instead of dividing by nothing', () => {
    const constant = { ...labelled, features: new Float32Array(6).fill(4) }
    const { features } = normalise(constant, measureNormalisation(constant))
    expect(features).toEqual(new Float32Array(6))
  })
})
