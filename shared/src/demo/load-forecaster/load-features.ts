import { Seconds, type Ms } from '../../util/units.js'
import type { HostSample } from './host-sample.js'
import { targetFrom, targetTo } from './load-target.js'

/** How far back the features look. */
export const historyNeeded = Seconds(300)
/** With less history than this a prediction says nothing. */
export const historyAtLeast = Seconds(10)

const BIN = Seconds(10)
const BINS = historyNeeded / BIN
/** Seconds after which host activity tends to repeat: jobs that run every minute, 5 minutes, hour. */
const periods = [60, 300, 900, 3600, 86_400]

const binName = (bin: number) => `cpu_${bin * 10}_to_${(bin + 1) * 10}_s_ago`

/** What each element of a row of features is, in order. */
export const loadFeatureNames: readonly string[] = [
  'cpu_last',
  ...Array.from({ length: BINS }, (_, bin) => binName(bin)),
  'cpu_deviation_1_min',
  'cpu_minimum_1_min',
  'cpu_maximum_1_min',
  'memory_now',
  'memory_change_1_min',
  'network_10_s',
  'network_1_min',
  'disk_10_s',
  'disk_1_min',
  'history_share',
  ...periods.flatMap((period) => [`sin_of_${period}_s`, `cos_of_${period}_s`]),
]

/**
 * One row, float32, of what can be known at `now`: the processors' load in steps of ten seconds over
 * five minutes, memory, network and disk, and where the time to predict lies in the periods that
 * jobs keep to. Samples may come every second or every few; they are in order of time. While
 * history is shorter than five minutes, its mean stands for what is missing.
 *
 * Undefined while there is less than `historyAtLeast` of it.
 */
export function loadFeatures(history: readonly HostSample[], now: Ms): Float32Array | undefined {
  const recent = history.filter(({ at }) => at <= now && at > now - historyNeeded)
  const last = recent.at(-1)
  const first = recent[0]
  if (last === undefined || first === undefined) return undefined
  const span = now - first.at
  if (span < historyAtLeast) return undefined
  const minute = recent.filter(({ at }) => at > now - Seconds(60))
  const tenSeconds = recent.filter(({ at }) => at > now - BIN)
  return Float32Array.from([
    last.cpu,
    ...cpuBins(recent, now),
    ...spreadOf(minute.map(({ cpu }) => cpu)),
    last.memory,
    last.memory - (minute[0] ?? last).memory,
    logRate(mean(tenSeconds.map(({ network }) => network))),
    logRate(mean(minute.map(({ network }) => network))),
    logRate(mean(tenSeconds.map(({ disk }) => disk))),
    logRate(mean(minute.map(({ disk }) => disk))),
    Math.min(1, span / historyNeeded),
    ...phases((now + (targetFrom + targetTo) / 2) / 1000),
  ])
}

/** The busy share now, as the mean of the last ten seconds: what "it stays as it is" predicts. */
export const cpuNow = (features: Float32Array): number => features[1] ?? 0

function cpuBins(recent: readonly HostSample[], now: Ms): number[] {
  const sums = new Float64Array(BINS)
  const counts = new Float64Array(BINS)
  for (const { at, cpu } of recent) {
    const bin = Math.min(BINS - 1, Math.floor((now - at) / BIN))
    sums[bin] = (sums[bin] ?? 0) + cpu
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  const overall = mean(recent.map(({ cpu }) => cpu))
  return Array.from(sums, (sum, bin) => {
    const count = counts[bin] ?? 0
    return count === 0 ? overall : sum / count
  })
}

function spreadOf(values: readonly number[]): [number, number, number] {
  const centre = mean(values)
  const variance = mean(values.map((value) => (value - centre) ** 2))
  return [Math.sqrt(variance), Math.min(1, ...values), Math.max(0, ...values)]
}

const phases = (seconds: number): number[] =>
  periods.flatMap((period) => {
    const angle = (2 * Math.PI * (seconds % period)) / period
    return [Math.sin(angle), Math.cos(angle)]
  })

/** 0 for nothing, about 1 for 100 MB a second. */
const logRate = (bytesPerSecond: number): number => Math.log10(1 + bytesPerSecond) / 8

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
