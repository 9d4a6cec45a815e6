import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawStroke } from '@kedge/shared/demo/gesture/draw-stroke'
import { gestureNames } from '@kedge/shared/demo/gesture/gesture-shapes'
import { resamplePath } from '@kedge/shared/demo/gesture/resample-path'
import { strokeFeatureNames, strokeFeatures } from '@kedge/shared/demo/gesture/stroke-features'
import { testStyle, trainingStyle } from '@kedge/shared/demo/gesture/stroke-style'
import { distance, type StrokePoint } from '@kedge/shared/demo/gesture/stroke'
import { seededEntropy } from '@kedge/shared/util/entropy'

const strokes = fc
  .record({ seed: fc.nat(), name: fc.constantFrom(...gestureNames), test: fc.boolean() })
  .map(({ seed, name, test }) =>
    drawStroke(name, test ? testStyle : trainingStyle, seededEntropy(seed)),
  )

const moved = (stroke: readonly StrokePoint[], by: number, scale: number): StrokePoint[] =>
  stroke.map(({ x, y, t }) => ({ x: x * scale + by, y: y * scale - by, t }))

describe('stroke features', () => {
  it('are 64 numbers that reach from -1 to 1', () => {
    fc.assert(
      fc.property(strokes, (stroke) => {
        const features = strokeFeatures(stroke)!
        expect(features).toHaveLength(strokeFeatureNames.length)
        expect(Math.max(...features.map(Math.abs))).toBeCloseTo(1, 5)
      }),
    )
  })

  it('do not depend on place, size or speed', () => {
    fc.assert(
      fc.property(strokes, fc.integer({ min: -500, max: 500 }), (stroke, by) => {
        const slower = moved(stroke, by, 1.5).map((point) => ({ ...point, t: point.t * 3 }))
        const [a, b] = [strokeFeatures(stroke)!, strokeFeatures(slower)!]
        a.forEach((value, i) => expect(b[i]).toBeCloseTo(value, 4))
      }),
    )
  })

  it('do not change when a screen reports more points on the same line', () => {
    const sparse = [0, 100].map((x) => ({ x, y: x / 2, t: x }))
    const dense = Array.from({ length: 50 }, (_, i) => ({
      x: (100 * i) / 49,
      y: (50 * i) / 49,
      t: i,
    }))
    const [a, b] = [strokeFeatures(sparse)!, strokeFeatures(dense)!]
    a.forEach((value, i) => expect(b[i]).toBeCloseTo(value, 5))
  })

  it.each([
    ['nothing', []],
    ['one point', [{ x: 3, y: 4, t: 0 }]],
    ['a finger that stays', Array.from({ length: 9 }, (_, t) => ({ x: 3, y: 4, t }))],
    ['a twitch', [3, 5].map((x) => ({ x, y: 4, t: x }))],
  ])('are undefined for %s', (_, stroke) => {
    expect(strokeFeatures(stroke)).toBeUndefined()
  })
})

describe('resampled paths', () => {
  it('keep their ends and have even steps along a line', () => {
    const points = resamplePath(
      [0, 1, 7, 10].map((x) => ({ x, y: 0 })),
      11,
    )!
    points.forEach(({ x }, i) => expect(x).toBeCloseTo(i, 9))
  })

  it('have the number of points asked for', () => {
    fc.assert(
      fc.property(strokes, fc.integer({ min: 2, max: 80 }), (stroke, count) => {
        const points = resamplePath(stroke, count)!
        expect(points).toHaveLength(count)
        expect(distance(points.at(-1)!, stroke.at(-1)!)).toBeLessThan(1e-6)
      }),
    )
  })
})

describe('generated strokes', () => {
  it('repeat for a seed', () => {
    const draw = () => drawStroke('heart', trainingStyle, seededEntropy(4))
    expect(draw()).toEqual(draw())
  })

  it('move forward in time', () => {
    fc.assert(
      fc.property(strokes, (stroke) => {
        expect(stroke.length).toBeGreaterThan(5)
        stroke.slice(1).forEach(({ t }, i) => expect(t).toBeGreaterThan(stroke[i]!.t))
      }),
    )
  })
})
