import { LatencyHistogram } from '@kedge/shared/telemetry/latency-histogram'
import { mergeMoments, type Moments } from '@kedge/shared/telemetry/moments'
import { mergeScores } from '@kedge/shared/telemetry/score'
import type { TelemetryWindow } from '@kedge/shared/telemetry/window'

/** What of a window adds: sums of any number of windows of one version. */
export type WindowSums = Pick<
  TelemetryWindow,
  'count' | 'errors' | 'latency' | 'outputs' | 'classes' | 'inputs' | 'score'
>

export const toSums = (window: TelemetryWindow): WindowSums => ({
  count: window.count,
  errors: window.errors,
  latency: window.latency,
  outputs: window.outputs,
  ...(window.classes === undefined ? {} : { classes: window.classes }),
  ...(window.inputs === undefined ? {} : { inputs: window.inputs }),
  ...(window.score === undefined ? {} : { score: window.score }),
})

/** The order does not matter, nor how the windows were grouped before. */
export function mergeSums(a: WindowSums, b: WindowSums): WindowSums {
  const score = mergeScores(a.score, b.score)
  return {
    count: a.count + b.count,
    errors: mergeRecords(a.errors, b.errors, (x, y) => x + y),
    latency: addLatencies([a.latency, b.latency]).toSparse(),
    outputs: mergeRecords<Moments>(a.outputs, b.outputs, mergeMoments),
    ...merged('classes', mergeOptional(a.classes, b.classes, addSparse)),
    ...merged(
      'inputs',
      mergeOptional(a.inputs, b.inputs, (x, y) => mergeRecords(x, y, addFeatures)),
    ),
    ...(score === undefined ? {} : { score }),
  }
}

export function addLatencies(all: Iterable<readonly number[]>): LatencyHistogram {
  const histogram = new LatencyHistogram()
  for (const sparse of all) histogram.add(sparse)
  return histogram
}

function mergeRecords<T>(
  a: Readonly<Record<string, T>>,
  b: Readonly<Record<string, T>>,
  merge: (x: T, y: T) => T,
): Record<string, T> {
  const result: Record<string, T> = { ...a }
  for (const [key, value] of Object.entries(b)) {
    const there = Object.hasOwn(result, key) ? result[key] : undefined
    result[key] = there === undefined ? value : merge(there, value)
  }
  return result
}

const mergeOptional = <T>(a: T | undefined, b: T | undefined, merge: (x: T, y: T) => T) =>
  a === undefined || b === undefined ? (a ?? b) : merge(a, b)

const merged = <Key extends string, T>(key: Key, value: T | undefined) =>
  (value === undefined ? {} : { [key]: value }) as Partial<Record<Key, T>>

/** Counts as [key, count, key, count, …]. */
function addSparse(a: readonly number[], b: readonly number[]): number[] {
  const counts = new Map<number, number>()
  for (const sparse of [a, b]) {
    for (let i = 0; i + 1 < sparse.length; i += 2) {
      counts.set(sparse[i]!, (counts.get(sparse[i]!) ?? 0) + sparse[i + 1]!)
    }
  }
  return [...counts].sort(([x], [y]) => x - y).flat()
}

/** One list of bins a feature; the longer side tells how many there are. */
const addFeatures = (a: number[][], b: number[][]): number[][] =>
  longest(a, b).map((_, feature) => addBins(a[feature] ?? [], b[feature] ?? []))

const addBins = (a: number[], b: number[]): number[] =>
  longest(a, b).map((_, bin) => (a[bin] ?? 0) + (b[bin] ?? 0))

const longest = <T>(a: readonly T[], b: readonly T[]) => (a.length >= b.length ? a : b)
