import type { Dataset } from './dataset.js'

/** What makes each feature have mean 0 and deviation 1: (x - mean) / deviation. */
export interface Normalisation {
  readonly mean: Float32Array
  readonly deviation: Float32Array
}

// A constant feature carries nothing; dividing by its deviation would blow up its rounding errors.
const SMALLEST_DEVIATION = 1e-6

export function measureNormalisation({ count, features }: Dataset): Normalisation {
  const width = features.length / count
  const column = (index: number, take: (value: number) => number) => {
    let sum = 0
    for (let at = index; at < features.length; at += width) sum += take(features[at] ?? 0)
    return sum / count
  }
  const mean = Float32Array.from({ length: width }, (_, i) => column(i, (value) => value))
  const deviation = Float32Array.from({ length: width }, (_, i) => {
    const variance = column(i, (value) => (value - (mean[i] ?? 0)) ** 2)
    return variance < SMALLEST_DEVIATION ** 2 ? 1 : Math.sqrt(variance)
  })
  return { mean, deviation }
}

export function normalise(data: Dataset, { mean, deviation }: Normalisation): Dataset {
  const features = data.features.map(
    (value, i) => (value - (mean[i % mean.length] ?? 0)) / (deviation[i % mean.length] ?? 1),
  )
  return { ...data, features }
}
