import { profileFeature, type ReferenceProfile } from '../telemetry/reference-profile.js'
import type { Dataset } from '../training/dataset.js'

/** Enough rows for 32 bins; more would only take time. */
const ROWS = 5_000

/** What the first rows of a data set look like, feature by feature. */
export function profileRows(
  { count, features }: Dataset,
  { input, featureNames }: { input: string; featureNames: readonly string[] },
): ReferenceProfile {
  const width = featureNames.length
  const rows = Math.min(count, ROWS)
  const column = (index: number) =>
    Array.from({ length: rows }, (_, row) => features[row * width + index] ?? 0)
  const profiled = featureNames.map((name, index) => profileFeature(name, column(index)))
  return { v: 1, inputs: { [input]: profiled } }
}
