import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LatencyHistogram } from '@kedge/shared/telemetry/latency-histogram'
import { seededRuns } from '../../../support/seeded-runs.js'

const histogramOf = (values: readonly number[]) => {
  const histogram = new LatencyHistogram()
  for (const value of values) histogram.record(value)
  return histogram
}

const durations = fc.array(fc.double({ min: 1, max: 2 ** 27, noNaN: true }), {
  minLength: 1,
  maxLength: 200,
})

describe('latency histogram', () => {
  it('gives every quantile within 4.5 % of the truth', () => {
    fc.assert(
      fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
        const sorted = [...values].sort((a, b) => a - b)
        const truth = sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1]!
        const ratio = histogramOf(values).quantile(q)! / truth
        expect(Math.abs(ratio - 1)).toBeLessThanOrEqual(0.045)
      }),
      seededRuns(300),
    )
  })

  it('adds up: two merged say what one says that saw both', () => {
    fc.assert(
      fc.property(durations, durations, (a, b) => {
        const merged = histogramOf(a)
        merged.add(histogramOf(b).toSparse())
        const whole = histogramOf([...a, ...b])
        expect(merged.toSparse()).toEqual(whole.toSparse())
        expect(merged.count).toBe(a.length + b.length)
      }),
      seededRuns(),
    )
  })

  it('has no quantile before it has seen anything, nor after it was cleared', () => {
    const histogram = histogramOf([5])
    expect(histogram.quantile(0.5)).toBeCloseTo(5, 0)
    histogram.clear()
    expect(histogram.quantile(0.5)).toBeUndefined()
    expect(histogram.toSparse()).toEqual([])
  })

  it.each([0, -1, 0.5, NaN])('counts %d µs in its first bin', (value) => {
    expect(histogramOf([value]).toSparse()).toEqual([0, 1])
  })

  it.each([2 ** 28, 1e300, Infinity])('counts %d µs in its last bin', (value) => {
    expect(histogramOf([value]).toSparse()).toEqual([223, 1])
  })

  it('passes over bins that it does not have', () => {
    const histogram = histogramOf([1])
    histogram.add([-1, 5, 224, 5, 1e9, 5, 3])
    expect(histogram.count).toBe(1)
  })
})
