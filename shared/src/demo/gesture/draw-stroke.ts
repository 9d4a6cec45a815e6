import type { Entropy } from '../../util/entropy.js'
import { drawShape, type GestureName, type GestureShape } from './gesture-shapes.js'
import { pathLength, resamplePath } from './resample-path.js'
import { between, type Point, type StrokePoint } from './stroke.js'
import type { StrokeStyle } from './stroke-style.js'

const DENSE = 100

/** A stroke as a person might draw the shape: begun somewhere, uneven, turned, slanted, shaky. */
export function drawStroke(name: GestureName, style: StrokeStyle, entropy: Entropy): StrokePoint[] {
  const shape = drawShape(name, entropy)
  const begun = begin(shape, entropy)
  const dense = resamplePath(stretchEnds(begun, shape.isClosed, overshoot(style, entropy)), DENSE)
  const rounded = roundCorners(dense ?? begun, within(style.rounding, entropy))
  const directed = entropy.random() < style.reversed ? rounded.toReversed() : rounded
  const shaky = shake(directed, style, entropy)
  return report(place(shaky, style, entropy), style, entropy)
}

const within = ([low, high]: readonly [number, number], entropy: Entropy): number =>
  low + (high - low) * entropy.random()

const overshoot = (style: StrokeStyle, entropy: Entropy): number => within(style.overshoot, entropy)

/** A closed shape is begun at any of its corners; a curve has many. */
function begin({ path, isClosed }: GestureShape, entropy: Entropy): readonly Point[] {
  if (!isClosed || entropy.random() < 0.4) return path
  const ring = path.slice(0, -1)
  const start = Math.floor(entropy.random() * ring.length)
  const turned = [...ring.slice(start), ...ring.slice(0, start)]
  return [...turned, ...turned.slice(0, 1)]
}

/** Draws past the beginning of a closed shape, or stops before the end. */
function stretchEnds(path: readonly Point[], isClosed: boolean, share: number): Point[] {
  const fine = resamplePath(path, DENSE) ?? [...path]
  const steps = Math.round(Math.abs(share) * DENSE)
  if (share < 0) return fine.slice(0, fine.length - steps)
  return isClosed ? [...fine, ...fine.slice(1, 1 + steps)] : fine
}

/** A moving average cuts corners as a quick hand does. */
function roundCorners(path: readonly Point[], share: number): Point[] {
  const reach = Math.round((share * path.length) / 2)
  return path.map((_, i) => {
    const near = path.slice(Math.max(0, i - reach), i + reach + 1)
    const sum = near.reduce((all, p) => ({ x: all.x + p.x, y: all.y + p.y }), { x: 0, y: 0 })
    return { x: sum.x / near.length, y: sum.y / near.length }
  })
}

function shake(path: readonly Point[], style: StrokeStyle, entropy: Entropy): Point[] {
  const wander = within(style.wander, entropy)
  const tremor = within(style.tremor, entropy)
  const waves = [1, 2, 3].map((frequency) => ({
    frequency: frequency * (0.5 + entropy.random()),
    phase: 2 * Math.PI * entropy.random(),
    x: (2 * entropy.random() - 1) / frequency,
    y: (2 * entropy.random() - 1) / frequency,
  }))
  return path.map((point, i) => {
    let { x, y } = point
    for (const wave of waves) {
      const swing = Math.sin((2 * Math.PI * wave.frequency * i) / path.length + wave.phase)
      x += wander * 2 * wave.x * swing
      y += wander * 2 * wave.y * swing
    }
    return {
      x: x + tremor * (2 * entropy.random() - 1),
      y: y + tremor * (2 * entropy.random() - 1),
    }
  })
}

/** Proportions, slant, turn, size and place. */
function place(path: readonly Point[], style: StrokeStyle, entropy: Entropy): Point[] {
  const aspect = Math.sqrt(within(style.aspect, entropy)) ** (entropy.random() < 0.5 ? 1 : -1)
  const slant = within([-style.slant, style.slant], entropy)
  const angle = within([-style.rotation, style.rotation], entropy)
  const size = within([40, 180], entropy)
  const [left, top] = [300 * entropy.random(), 500 * entropy.random()]
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  return path.map((point) => {
    const y = point.y / aspect
    const x = point.x * aspect + slant * y
    return { x: left + size * (cos * x - sin * y), y: top + size * (sin * x + cos * y) }
  })
}

/** What the screen reports: points at even times of an uneven hand, some of them lost. */
function report(path: readonly Point[], style: StrokeStyle, entropy: Entropy): StrokePoint[] {
  const count = Math.round(within(style.points, entropy))
  const unevenness = within(style.unevenness, entropy)
  const phase = 2 * Math.PI * entropy.random()
  const lost = within(style.dropOut, entropy)
  const gap = Math.floor(entropy.random() * count)
  const milliseconds = pathLength(path) / within([0.3, 1.5], entropy)
  const points: StrokePoint[] = []
  for (let i = 0; i < count; i++) {
    const isEnd = i === 0 || i === count - 1
    const isInGap = i >= gap && i < gap + (lost * count) / 3
    if (!isEnd && (isInGap || entropy.random() < lost / 2)) continue
    const time = i / (count - 1)
    const wave = (unevenness * Math.sin(4 * Math.PI * time + phase)) / (4 * Math.PI)
    const start = (unevenness * Math.sin(phase)) / (4 * Math.PI)
    points.push({ ...pointAt(path, time + wave - start), t: time * milliseconds })
  }
  return points
}

function pointAt(path: readonly Point[], share: number): Point {
  const at = Math.min(Math.max(share, 0), 1) * (path.length - 1)
  const from = path[Math.floor(at)] ?? { x: 0, y: 0 }
  return between(from, path[Math.floor(at) + 1] ?? from, at - Math.floor(at))
}
