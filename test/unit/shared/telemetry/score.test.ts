import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { Prediction } from '@kedge/shared/model/release'
import { addLabel, mergeScores, noScore, toTruth } from '@kedge/shared/telemetry/score'
import { scoreSchema, type Score } from '@kedge/shared/telemetry/window'
import { seededRuns } from '../../../support/seeded-runs.js'

const classes: Prediction = { kind: 'classes', output: 'y', labels: ['no', 'yes'] }
const unnamed: Prediction = { kind: 'classes', output: 'y' }
const value: Prediction = { kind: 'value', output: 'y' }

function scoreOf(kind: Score['kind'], pairs: readonly [number, number][]): Score {
  const score = noScore(kind)
  for (const [predicted, truth] of pairs) addLabel(score, predicted, truth)
  return score
}

describe('label', () => {
  it.each([
    [classes, 'yes', 1],
    [classes, 0, 0],
    [unnamed, 7, 7],
    [value, -1.5, -1.5],
  ])('of %j: %j is %d', (prediction, label, truth) => {
    expect(toTruth(prediction, label)).toBe(truth)
  })

  it.each([
    [classes, 'maybe', /no, yes/],
    [classes, 2, /no, yes/],
    [classes, 0.5, /classes/],
    [classes, -1, /classes/],
    [unnamed, 'yes', /number of the class/],
    [value, 'yes', /must be a number/],
    [value, NaN, /must be a number/],
    [value, Infinity, /must be a number/],
  ])('of %j: %j is refused', (prediction, label, says) => {
    expect(() => toTruth(prediction, label)).toThrow(UsageError)
    expect(() => toTruth(prediction, label)).toThrow(says)
  })
})

describe('score', () => {
  it('counts right classes, and the sizes of errors', () => {
    expect(
      scoreOf('classes', [
        [1, 1],
        [0, 1],
      ]),
    ).toEqual({ kind: 'classes', count: 2, correct: 1 })
    expect(
      scoreOf('value', [
        [1, 3],
        [5, 4],
      ]),
    ).toEqual({
      kind: 'value',
      count: 2,
      sumAbsolute: 3,
      sumSquared: 5,
    })
  })

  it('merges as if one had seen all', () => {
    const pairs = fc.array(fc.tuple(fc.integer({ max: 9, min: 0 }), fc.integer({ max: 9, min: 0 })))
    fc.assert(
      fc.property(fc.constantFrom('classes', 'value'), pairs, pairs, (kind, a, b) => {
        expect(mergeScores(scoreOf(kind, a), scoreOf(kind, b))).toEqual(scoreOf(kind, [...a, ...b]))
      }),
      seededRuns(),
    )
  })

  it('merges with nothing, and lets the larger of two kinds speak', () => {
    const score = scoreOf('classes', [[1, 1]])
    expect(mergeScores(undefined, score)).toBe(score)
    expect(mergeScores(score, undefined)).toBe(score)
    expect(mergeScores(undefined, undefined)).toBeUndefined()
    expect(mergeScores(score, noScore('value'))).toBe(score)
  })

  it('can always be sent, however far off a prediction was', () => {
    const far = fc.double({ noDefaultInfinity: true, noNaN: true })
    fc.assert(
      fc.property(fc.array(fc.tuple(far, far)), (pairs) => {
        expect(scoreSchema.safeParse(scoreOf('value', pairs)).success).toBe(true)
      }),
      seededRuns(300),
    )
  })
})
