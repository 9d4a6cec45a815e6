import { describe, expect, it } from 'vitest'
import type { HostSample } from '@kedge/shared/demo/load-forecaster/host-sample'
import {
  cpuNow,
  loadFeatureNames,
  loadFeatures,
} from '@kedge/shared/demo/load-forecaster/load-features'
import { loadTarget } from '@kedge/shared/demo/load-forecaster/load-target'
import { generateLoadTrace } from '@kedge/shared/demo/load-forecaster/load-trace'
import { testProfile, trainingProfile } from '@kedge/shared/demo/load-forecaster/trace-profile'
import { seededEntropy } from '@kedge/shared/util/entropy'
import { Seconds } from '@kedge/shared/util/units'

const START = 1_800_000_000

/** A sample every `every` seconds; `cpu` gives the load at a second. */
const samples = (seconds: number, cpu: (second: number) => number, every = 1): HostSample[] =>
  Array.from({ length: Math.floor(seconds / every) }, (_, i) => ({
    at: Seconds(START + i * every),
    cpu: cpu(i * every),
    memory: 0.5,
    network: 0,
    disk: 1e8 - 1,
  }))

const feature = (row: Float32Array | undefined, name: string): number | undefined =>
  row?.[loadFeatureNames.indexOf(name)]

const now = Seconds(START + 399)

describe('load features', () => {
  it('have a name each', () => {
    expect(
      loadFeatures(
        samples(400, () => 0.5),
        now,
      ),
    ).toHaveLength(loadFeatureNames.length)
    expect(new Set(loadFeatureNames).size).toBe(loadFeatureNames.length)
  })

  it('hold the load in steps of ten seconds, the last first', () => {
    const row = loadFeatures(
      samples(400, (second) => (second >= 390 ? 1 : 0)),
      now,
    )
    expect(feature(row, 'cpu_last')).toBe(1)
    expect(cpuNow(row!)).toBe(1)
    expect(feature(row, 'cpu_10_to_20_s_ago')).toBe(0)
  })

  it('are nearly the same for a sample every three seconds', () => {
    const load = (second: number) => 0.5 + 0.4 * Math.sin(second / 40)
    const often = loadFeatures(samples(400, load), now)!
    const seldom = loadFeatures(samples(400, load, 3), now)!
    often.forEach((value, i) => expect(Math.abs(value - seldom[i]!)).toBeLessThan(0.05))
  })

  it('look back five minutes and not ahead', () => {
    const quiet = samples(400, () => 0.2)
    const noisy = quiet.map((sample, i) => (i < 90 || i > 399 ? { ...sample, cpu: 1 } : sample))
    expect(loadFeatures(noisy, now)).toEqual(loadFeatures(quiet, now))
  })

  it('take the mean for history that is missing, and say how much there is', () => {
    const row = loadFeatures(
      samples(60, () => 0.3),
      Seconds(START + 59),
    )
    expect(feature(row, 'cpu_290_to_300_s_ago')).toBeCloseTo(0.3, 6)
    expect(feature(row, 'history_share')).toBeCloseTo(59 / 300, 6)
  })

  it('are undefined with less than ten seconds of history', () => {
    expect(loadFeatures([], now)).toBeUndefined()
    expect(
      loadFeatures(
        samples(10, () => 0.3),
        Seconds(START + 9),
      ),
    ).toBeUndefined()
    expect(
      loadFeatures(
        samples(11, () => 0.3),
        Seconds(START + 10),
      ),
    ).toBeDefined()
  })

  it('scale rates by their logarithm', () => {
    const row = loadFeatures(
      samples(400, () => 0),
      now,
    )
    expect(feature(row, 'disk_10_s')).toBeCloseTo(1, 6)
    expect(feature(row, 'network_10_s')).toBe(0)
  })
})

describe('load target', () => {
  const ahead = (second: number) => (second > 55 && second <= 65 ? 0.75 : 0)

  it('is the mean of the ten seconds around one minute ahead', () => {
    expect(loadTarget(samples(80, ahead), Seconds(START))).toBeCloseTo(0.75, 9)
  })

  it('is undefined until those seconds are over', () => {
    expect(loadTarget(samples(65, ahead), Seconds(START))).toBeUndefined()
    expect(loadTarget(samples(66, ahead), Seconds(START))).toBeDefined()
  })

  it('is undefined when no sample lies in them', () => {
    const gap = samples(120, ahead).filter((_, i) => i < 50 || i > 70)
    expect(loadTarget(gap, Seconds(START))).toBeUndefined()
  })
})

describe('generated traces', () => {
  it.each([trainingProfile, testProfile])(
    'are shares and rates that a host can have',
    (profile) => {
      const time = { seconds: 600, start: START }
      for (const sample of generateLoadTrace(profile, time, seededEntropy(3))) {
        expect(sample.cpu).toBeGreaterThanOrEqual(0)
        expect(sample.cpu).toBeLessThanOrEqual(1)
        expect(sample.memory).toBeGreaterThan(0)
        expect(sample.memory).toBeLessThanOrEqual(1)
        expect(sample.network).toBeGreaterThan(0)
        expect(sample.disk).toBeGreaterThanOrEqual(0)
      }
    },
  )

  it('repeat for a seed and differ for another', () => {
    const trace = (seed: number) => [
      ...generateLoadTrace(testProfile, { seconds: 60, start: START }, seededEntropy(seed)),
    ]
    expect(trace(1)).toEqual(trace(1))
    expect(trace(2)).not.toEqual(trace(1))
  })
})
