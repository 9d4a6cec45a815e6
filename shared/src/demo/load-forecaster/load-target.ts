import type { Ms } from '../../util/units.js'
import { Seconds } from '../../util/units.js'
import type { HostSample } from './host-sample.js'

/** The prediction made at t is about the ten seconds from t + 55 s to t + 65 s. */
export const targetFrom = Seconds(55)
export const targetTo = Seconds(65)

/**
 * What a prediction made at `predictedAt` should have said: the mean busy share of the processors
 * over the samples taken in (t + 55 s, t + 65 s]. Undefined until a sample as late as the end of
 * that time is there, and when none lies in it.
 */
export function loadTarget(samples: readonly HostSample[], predictedAt: Ms): number | undefined {
  const last = samples.at(-1)
  if (last === undefined || last.at < predictedAt + targetTo) return undefined
  let sum = 0
  let count = 0
  for (const { at, cpu } of samples) {
    if (at <= predictedAt + targetFrom || at > predictedAt + targetTo) continue
    sum += cpu
    count += 1
  }
  return count === 0 ? undefined : sum / count
}
