import type { Dataset } from '../../training/dataset.js'
import { cpuNow } from './load-features.js'

/** A forecast counts as right when it is this near, as a share of all processor time. */
export const RIGHT_WITHIN = 0.1

/**
 * Mean absolute error of the forecasts and share that is right, each beside that of persistence:
 * "in a minute the load will be what it was in the last ten seconds".
 */
export function forecastMetrics(
  { count, features, targets }: Dataset,
  forecasts: Float32Array,
): Record<string, number> {
  const width = features.length / count
  const actual = (row: number) => Number(targets[row])
  const forecastErrors: number[] = []
  const persistenceErrors: number[] = []
  for (let row = 0; row < count; row++) {
    const now = cpuNow(features.subarray(row * width, (row + 1) * width))
    forecastErrors.push(Math.abs((forecasts[row] ?? NaN) - actual(row)))
    persistenceErrors.push(Math.abs(now - actual(row)))
  }
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
  const right = (errors: readonly number[]) => mean(errors.map((e) => Number(e <= RIGHT_WITHIN)))
  return {
    mae: mean(forecastErrors),
    persistence_mae: mean(persistenceErrors),
    right_within_0_1: right(forecastErrors),
    persistence_right_within_0_1: right(persistenceErrors),
    test_rows: count,
  }
}
