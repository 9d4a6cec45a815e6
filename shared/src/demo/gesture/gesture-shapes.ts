import type { Entropy } from '../../util/entropy.js'
import type { Point } from './stroke.js'

/** A shape as a person may mean it, about as large as the unit circle. */
export interface GestureShape {
  readonly path: readonly Point[]
  /** Whether it ends where it begins, so that it can be begun anywhere. */
  readonly isClosed: boolean
}

const polar = (angle: number, radius: number): Point => ({
  x: radius * Math.cos(angle),
  y: radius * Math.sin(angle),
})

const trace = (steps: number, at: (share: number) => Point): Point[] =>
  Array.from({ length: steps + 1 }, (_, i) => at(i / steps))

const corners = (...pairs: readonly (readonly [number, number])[]): Point[] =>
  pairs.map(([x, y]) => ({ x, y }))

const spread = (entropy: Entropy, low: number, high: number): number =>
  low + (high - low) * entropy.random()

const eitherSign = (entropy: Entropy): 1 | -1 => (entropy.random() < 0.5 ? 1 : -1)

const turn = ({ x, y }: Point, quarters: number): Point =>
  quarters === 0 ? { x, y } : turn({ x: -y, y: x }, quarters - 1)

/** Each with what people vary: proportions, turns, which way round. */
const shapes = {
  circle: () => ({ path: trace(48, (s) => polar(2 * Math.PI * s, 1)), isClosed: true }),
  square: () => ({
    path: corners([-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]),
    isClosed: true,
  }),
  triangle: (entropy) => {
    const top = spread(entropy, -0.25, 0.25)
    return { path: corners([top, -1], [1, 0.8], [-1, 0.8], [top, -1]), isClosed: true }
  },
  check: (entropy) => {
    const foot = spread(entropy, -0.65, -0.25)
    const start = spread(entropy, -0.2, 0.35)
    return { path: corners([-1, start], [foot, 0.8], [1, -0.9]), isClosed: false }
  },
  zigzag: (entropy) => {
    const teeth = 4 + Math.floor(entropy.random() * 4)
    const height = spread(entropy, 0.3, 0.7) * eitherSign(entropy)
    const path = trace(teeth, (s) => ({
      x: 2 * s - 1,
      y: height * (Math.round(s * teeth) % 2 === 0 ? 1 : -1),
    }))
    return { path, isClosed: false }
  },
  spiral: (entropy) => {
    const turns = spread(entropy, 1.8, 3.3) * eitherSign(entropy)
    const begin = spread(entropy, 0, 2 * Math.PI)
    const inner = spread(entropy, 0.02, 0.2)
    const path = trace(90, (s) => polar(begin + 2 * Math.PI * turns * s, inner + (1 - inner) * s))
    return { path, isClosed: false }
  },
  star: () => {
    // Every second tip of a pentagon, beginning at the lower left as most people do.
    const tips = [0.7, 1.5, 0.3, 1.1, 1.9, 0.7].map((turn) => polar(Math.PI * turn, 1))
    return { path: tips, isClosed: true }
  },
  heart: (entropy) => {
    const notch = spread(entropy, 0.5, 0.9)
    const path = trace(60, (s) => heartPoint(2 * Math.PI * s, notch))
    return { path, isClosed: true }
  },
  arrow: (entropy) => {
    const barb = spread(entropy, 0.35, 0.6)
    const back = 1 - spread(entropy, 0.35, 0.6)
    const path = corners([-1, 0], [1, 0], [back, -barb], [1, 0], [back, barb])
    const quarters = Math.floor(4 * entropy.random())
    return { path: path.map((point) => turn(point, quarters)), isClosed: false }
  },
  infinity: () => {
    // Half a lemniscate of Gerono on either side.
    const path = trace(60, (s) => {
      const angle = 2 * Math.PI * s + Math.PI / 2
      return { x: Math.cos(angle), y: 0.9 * Math.sin(angle) * Math.cos(angle) }
    })
    return { path, isClosed: true }
  },
} satisfies Record<string, (entropy: Entropy) => GestureShape>

/** The curve of https://mathworld.wolfram.com/HeartCurve.html (6), with a notch of chance. */
function heartPoint(angle: number, notch: number): Point {
  const x = Math.sin(angle) ** 3
  const y =
    13 * Math.cos(angle) -
    (4 + 2 * notch) * Math.cos(2 * angle) -
    2 * Math.cos(3 * angle) -
    Math.cos(4 * angle)
  return { x, y: -y / 15 }
}

export type GestureName = keyof typeof shapes

/** In the order of the scores. */
export const gestureNames = Object.keys(shapes) as readonly GestureName[]

export const drawShape = (name: GestureName, entropy: Entropy): GestureShape =>
  (shapes[name] as (entropy: Entropy) => GestureShape)(entropy)
