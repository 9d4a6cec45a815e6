import { UsageError } from '../errors/kedge-error.js'
import type { Prediction } from '../model/release.js'
import { largestNumber } from './moments.js'
import type { Score } from './window.js'

/** A label for a prediction: the name or number of a class, or the true value. */
export type Label = string | number

export const noScore = (kind: Prediction['kind']): Score =>
  kind === 'classes'
    ? { kind, count: 0, correct: 0 }
    : { kind, count: 0, sumAbsolute: 0, sumSquared: 0 }

/** Adds one labelled prediction in place; `truth` is a class number or a value, both are finite. */
export function addLabel(score: Score, predicted: number, truth: number): void {
  score.count += 1
  if (score.kind === 'classes') {
    if (predicted === truth) score.correct += 1
  } else {
    const error = Math.min(Math.abs(predicted - truth), largestNumber)
    score.sumAbsolute += error
    score.sumSquared += error ** 2
  }
}

export function mergeScores(a: Score | undefined, b: Score | undefined): Score | undefined {
  if (!a || !b) return a ?? b
  if (a.kind === 'classes' && b.kind === 'classes') {
    return { kind: 'classes', count: a.count + b.count, correct: a.correct + b.correct }
  }
  if (a.kind === 'value' && b.kind === 'value') {
    return {
      kind: 'value',
      count: a.count + b.count,
      sumAbsolute: a.sumAbsolute + b.sumAbsolute,
      sumSquared: a.sumSquared + b.sumSquared,
    }
  }
  // One version has one kind; if a device says otherwise, the larger sample speaks.
  return a.count >= b.count ? a : b
}

/**
 * The class number or value a label stands for.
 * @throws UsageError `usage` when it stands for none
 */
export function toTruth(prediction: Prediction, label: Label): number {
  if (prediction.kind === 'value') {
    if (typeof label === 'number' && Number.isFinite(label)) return label
    throw new UsageError('usage', `the label must be a number, not ${JSON.stringify(label)}`)
  }
  const { labels } = prediction
  const truth = typeof label === 'number' ? label : (labels?.indexOf(label) ?? -1)
  if (Number.isInteger(truth) && truth >= 0 && (!labels || truth < labels.length)) return truth
  throw new UsageError(
    'usage',
    `${JSON.stringify(label)} is none of the model's classes` +
      (labels ? `: ${labels.slice(0, 20).join(', ')}` : '; give the number of the class'),
  )
}
