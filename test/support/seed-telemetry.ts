import { LatencyHistogram } from '@kedge/shared/telemetry/latency-histogram'
import { noMoments } from '@kedge/shared/telemetry/moments'
import type { Score, TelemetryWindow } from '@kedge/shared/telemetry/window'
import type { ReleaseRef } from '@kedge/shared/model/release'
import { seededEntropy } from '@kedge/shared/util/entropy'

/** How one version does on one device, so that a chart has something to show. */
export interface Performance {
  readonly release: ReleaseRef
  readonly provider: string
  /** Runs in a minute, and their median latency in microseconds. */
  readonly runs: number
  readonly medianUs: number
  /** Labels in a minute, and what they say: a share that is right, or a mean absolute error. */
  readonly labels: number
  readonly quality: { readonly accuracy: number } | { readonly mae: number }
}

const minute = 60_000

/** Windows of one minute from `from` to `to`, in ms since the epoch. */
export function simulateWindows(
  performance: Performance,
  { from, to, seed }: { from: number; to: number; seed: number },
): TelemetryWindow[] {
  const entropy = seededEntropy(seed)
  const random = () => entropy.random()
  const start = Math.ceil(from / minute) * minute
  const count = Math.max(0, Math.floor((to - start) / minute))
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * minute
    const runs = Math.round(performance.runs * (0.8 + 0.4 * random()))
    const latency = new LatencyHistogram()
    for (let run = 0; run < runs; run++) latency.record(sampleLatency(performance, random))
    return {
      model: performance.release.model,
      version: performance.release.version,
      release: performance.release.sha256,
      provider: performance.provider,
      from: at,
      to: at + minute,
      count: runs,
      errors: random() < 0.03 ? { 'inference-timeout': 1 } : {},
      latency: latency.toSparse(),
      outputs: { y: { ...noMoments(), count: runs, mean: 0.4, m2: runs * 0.02, min: 0, max: 1 } },
      score: scoreOf(performance, random),
    }
  })
}

/** Log-normal, with a slow run now and then, as on a machine that does other work too. */
function sampleLatency({ medianUs }: Performance, random: () => number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return medianUs * Math.exp(0.18 * normal) * (random() < 0.04 ? 2.4 : 1)
}

function scoreOf({ labels, quality }: Performance, random: () => number): Score {
  const count = Math.round(labels * (0.7 + 0.6 * random()))
  if ('accuracy' in quality) {
    const share = Math.min(1, quality.accuracy + (random() - 0.5) * 0.04)
    return { kind: 'classes', count, correct: Math.round(count * share) }
  }
  const mae = quality.mae * (0.85 + 0.3 * random())
  return { kind: 'value', count, sumAbsolute: mae * count, sumSquared: mae * mae * count * 1.6 }
}
