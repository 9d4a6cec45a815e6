import { fromHalf } from '@kedge/shared/model/half'
import type { Tolerance } from '@kedge/shared/model/release'
import { formatShape, type Tensor, type Tensors } from '@kedge/shared/model/tensor'

export interface Comparison {
  /** The largest |a - b| over all outputs. */
  readonly maxDifference: number
  /** The first thing that is outside the tolerance, in words; undefined when nothing is. */
  readonly mismatch: string | undefined
}

/** Compares outputs with what they must be: |a - b| <= absolute + relative * |b|. */
export function compareOutputs(
  actual: Tensors,
  expected: Tensors,
  tolerance: Tolerance,
): Comparison {
  let maxDifference = 0
  let mismatch: string | undefined
  for (const [name, tensor] of Object.entries(expected)) {
    const result = compareTensor(actual[name], tensor, tolerance)
    maxDifference = Math.max(maxDifference, result.maxDifference)
    mismatch ??= result.mismatch && `output "${name}" ${result.mismatch}`
  }
  return { maxDifference, mismatch }
}

function compareTensor(
  actual: Tensor | undefined,
  expected: Tensor,
  { absolute, relative }: Tolerance,
): Comparison {
  if (actual === undefined) return { maxDifference: 0, mismatch: 'is missing' }
  const isAlike = actual.dtype === expected.dtype && actual.shape.join() === expected.shape.join()
  if (!isAlike) return { maxDifference: 0, mismatch: describeUnlike(actual, expected) }
  let maxDifference = 0
  let mismatch: string | undefined
  for (let i = 0; i < expected.data.length; i++) {
    const [a, b] = [valueAt(actual, i), valueAt(expected, i)]
    if (Object.is(a, b)) continue
    const difference = Math.abs(Number(a) - Number(b))
    if (difference > maxDifference) maxDifference = difference
    // Written so that not-a-number, which is within nothing, does not pass; nor do texts.
    if (!(difference <= absolute + relative * Math.abs(Number(b)))) {
      mismatch ??= `is ${a} instead of ${b} at element ${i}`
    }
  }
  return { maxDifference, mismatch }
}

const describeUnlike = (actual: Tensor, expected: Tensor) =>
  `is ${actual.dtype}${formatShape(actual.shape)} instead of ` +
  `${expected.dtype}${formatShape(expected.shape)}`

function valueAt({ dtype, data }: Tensor, i: number): number | string {
  const value = data[i]
  if (dtype === 'float16') return fromHalf(Number(value))
  return typeof value === 'string' ? value : Number(value)
}
