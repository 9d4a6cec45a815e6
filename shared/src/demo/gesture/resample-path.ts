import { between, distance, type Point } from './stroke.js'

export const pathLength = (path: readonly Point[]): number =>
  path.reduce((sum, point, i) => sum + distance(path[i - 1] ?? point, point), 0)

/**
 * `count` points at equal distances along a path, its ends included: Wobbrock, Wilson & Li, Gestures
 * without libraries (UIST 2007), step 1. Undefined for a path without length.
 */
export function resamplePath(path: readonly Point[], count: number): Point[] | undefined {
  const length = pathLength(path)
  const first = path[0]
  if (first === undefined || !(length > 0)) return undefined
  const step = length / (count - 1)
  const points: Point[] = [first]
  let walked = 0
  for (let i = 1; i < path.length; i++) {
    const [from, to] = [path[i - 1] ?? first, path[i] ?? first]
    const segment = distance(from, to)
    while (points.length < count && points.length * step <= walked + segment && segment > 0) {
      points.push(between(from, to, (points.length * step - walked) / segment))
    }
    walked += segment
  }
  // The sum of the segments can end a rounding error before the last point.
  const last = path.at(-1) ?? first
  while (points.length < count) points.push(last)
  return points
}
