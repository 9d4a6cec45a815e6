import { resamplePath } from './resample-path.js'
import type { Point, StrokePoint } from './stroke.js'

export const STROKE_POINTS = 32

/** What each element of a row is, in order. */
export const strokeFeatureNames: readonly string[] = Array.from(
  { length: STROKE_POINTS },
  (_, i) => [`x${i}`, `y${i}`],
).flat()

/** A stroke shorter than this, in pixels, is a tap. */
const SHORTEST = 8

/**
 * The row, float32 `[64]`, that stands for a stroke: 32 points at equal distances along it, as x and
 * y in turn, moved so that the middle of its extent is 0 and scaled so that the larger side reaches
 * from -1 to 1. So place, size and speed do not matter, and direction does. Undefined for a tap.
 */
export function strokeFeatures(stroke: readonly StrokePoint[]): Float32Array | undefined {
  const points = resamplePath(stroke, STROKE_POINTS)
  if (points === undefined) return undefined
  const [x, y] = [extentOf(points, 'x'), extentOf(points, 'y')]
  const side = Math.max(x.high - x.low, y.high - y.low)
  if (!(side >= SHORTEST)) return undefined
  const features = new Float32Array(2 * STROKE_POINTS)
  points.forEach((point, i) => {
    features[2 * i] = (2 * point.x - x.low - x.high) / side
    features[2 * i + 1] = (2 * point.y - y.low - y.high) / side
  })
  return features
}

function extentOf(points: readonly Point[], axis: 'x' | 'y'): { low: number; high: number } {
  const values = points.map((point) => point[axis])
  return { low: Math.min(...values), high: Math.max(...values) }
}
