import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SequencedWindow } from '@kedge/shared/protocol/telemetry'
import { toFigures } from '../../../fleet-server/src/telemetry/figures.js'
import { withSaneTimes } from '../../../fleet-server/src/telemetry/store-telemetry.js'
import {
  advancePosition,
  beginningOfStream,
} from '../../../fleet-server/src/telemetry/stream-position.js'
import { mergeSums, type WindowSums } from '../../../fleet-server/src/telemetry/window-sums.js'

const now = 1_790_000_000_000
const windowAt = (from: number, to: number): SequencedWindow => ({
  seq: 1,
  model: 'load',
  version: '1.0.0',
  release: 'a'.repeat(64),
  provider: 'cpu',
  from,
  to,
  count: 1,
  errors: {},
  latency: [],
  outputs: {},
})

describe('position in a stream', () => {
  it.each([
    ['what has come without a hole', [1, 2, 3], 0, 3],
    ['nothing beyond a hole', [1, 2, 4, 5], 0, 2],
    ['past a hole the device says it gave up', [1, 2, 4, 5], 1, 5],
    ['past no more holes than it gave up', [1, 3, 5], 1, 3],
    ['past a beginning it gave up', [4, 5], 3, 5],
  ] as const)('acknowledges %s', (...[, stored, dropped, upTo]) => {
    expect(advancePosition(beginningOfStream, stored, dropped).upTo).toBe(upTo)
  })

  it('counts a hole against what was given up only once', () => {
    const first = advancePosition(beginningOfStream, [2], 1)
    expect(first).toEqual({ upTo: 2, missing: 1 })
    expect(advancePosition(first, [4], 1)).toEqual(first)
    expect(advancePosition(first, [4], 2)).toEqual({ upTo: 4, missing: 2 })
  })

  it('never passes a window that is neither stored nor given up', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 40 })), (seqs) => {
        const sorted = [...seqs].sort((a, b) => a - b)
        const { upTo } = advancePosition(beginningOfStream, sorted, 0)
        for (let seq = 1; seq <= upTo; seq++) expect(sorted).toContain(seq)
      }),
    )
  })
})

describe('times of a window', () => {
  it('stay as the device says when they can be true', () => {
    const window = windowAt(now - 60_000, now)
    expect(withSaneTimes(window, now)).toBe(window)
    const spooled = windowAt(now - 86_400_000, now - 86_340_000)
    expect(withSaneTimes(spooled, now)).toBe(spooled)
  })

  it.each([
    ['that began in 1970', windowAt(0, 60_000)],
    ['that ends tomorrow', windowAt(now + 86_340_000, now + 86_400_000)],
  ])('are those of its arrival for one %s', (_, window) => {
    expect(withSaneTimes(window, now)).toMatchObject({ from: now - 60_000, to: now })
  })
})

describe('sums of windows', () => {
  const sums = (count: number, latency: number[]): WindowSums => ({
    count,
    errors: { 'inference-failed': 1 },
    latency,
    outputs: { y: { count, nonFinite: 0, mean: count, m2: 1, min: 0, max: count } },
    classes: [0, count, 3, 1],
    inputs: { x: [[1, 2], [3]] },
    score: { kind: 'classes', count, correct: 1 },
  })

  it('add, whatever the order', () => {
    const [a, b, c] = [sums(1, [3, 1]), sums(2, [3, 2, 9, 1]), sums(3, [100, 3])]
    const left = mergeSums(mergeSums(a, b), c)
    const right = mergeSums(a, mergeSums(b, c))
    expect(left).toMatchObject({
      count: 6,
      errors: { 'inference-failed': 3 },
      latency: [3, 3, 9, 1, 100, 3],
      classes: [0, 6, 3, 3],
      inputs: { x: [[3, 6], [9]] },
      score: { kind: 'classes', count: 6, correct: 3 },
    })
    expect(left.outputs['y']?.mean).toBeCloseTo(right.outputs['y']!.mean)
    expect(left.outputs['y']?.m2).toBeCloseTo(right.outputs['y']!.m2)
  })

  it('are read as shares and percentiles, and as nothing where nothing was counted', () => {
    expect(toFigures(sums(4, [64, 4]))).toMatchObject({ count: 4, errors: 1, accuracy: 0.25 })
    const { p50Us, accuracy, labelled } = toFigures({
      count: 0,
      errors: {},
      latency: [],
      outputs: {},
    })
    expect([p50Us, accuracy, labelled]).toEqual([null, undefined, 0])
  })
})
