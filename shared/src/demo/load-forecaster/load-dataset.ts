import type { Dataset } from '../../training/dataset.js'
import type { Entropy } from '../../util/entropy.js'
import { Seconds } from '../../util/units.js'
import { loadFeatures, loadFeatureNames } from './load-features.js'
import { generateLoadTrace } from './load-trace.js'
import { loadTarget } from './load-target.js'
import type { TraceProfile } from './trace-profile.js'

export interface LoadDatasetSize {
  readonly hosts: number
  readonly rowsPerHost: number
}

const HOST_SECONDS = 2400
/** Samples before and behind a row that its features and target can look at. */
const BEFORE = 300
const AFTER = 66

/** Rows at moments of chance from simulated hosts; one in four sees a history cut short. */
export function generateLoadRows(
  profile: TraceProfile,
  { hosts, rowsPerHost }: LoadDatasetSize,
  entropy: Entropy,
): Dataset {
  const features: number[] = []
  const targets: number[] = []
  for (let host = 0; host < hosts; host++) {
    const start = 1_767_225_600 + Math.floor(entropy.random() * 31_536_000)
    const trace = [...generateLoadTrace(profile, { seconds: HOST_SECONDS, start }, entropy)]
    for (let row = 0; row < rowsPerHost; row++) {
      const at = BEFORE + Math.floor(entropy.random() * (HOST_SECONDS - BEFORE - AFTER))
      const known = entropy.random() < 0.25 ? 12 + Math.floor(entropy.random() * 280) : BEFORE
      const every = 1 + Math.floor(entropy.random() * 3)
      const near = trace.slice(at - known, at + AFTER).filter((_, i) => i % every === 0)
      const now = Seconds(start + at)
      const input = loadFeatures(near, now)
      const target = loadTarget(trace.slice(at, at + AFTER), now)
      if (input === undefined || target === undefined) continue
      features.push(...input)
      targets.push(target)
    }
  }
  return {
    count: features.length / loadFeatureNames.length,
    features: Float32Array.from(features),
    targets: Float32Array.from(targets),
  }
}
