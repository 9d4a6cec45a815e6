import { UsageError } from '../../errors/kedge-error.js'
import { toElementTypeNumber } from '../onnx/element-type.js'
import { formatShape, type DType, type TensorSpec } from '../tensor.js'
import type { Fragment } from './fragment.js'

/** Where a step is put: what it adds to, and what it must yield. */
export interface StepTarget {
  readonly fragment: Fragment
  /** The input of the model that the step computes. */
  readonly input: TensorSpec
  /** Version of the standard operators that the model uses. */
  readonly opset: number
  /** A name for a new input that no value of the model has. @throws UsageError where one is taken */
  readonly freshName: (wanted: string | undefined, usual: string) => string
}

export const castTo = (fragment: Fragment, value: string, dtype: DType): string =>
  fragment.node('Cast', [value], { to: toElementTypeNumber(dtype) })

/** Ends a step: `value` is float32 and becomes the input of the model. */
export function feed({ fragment, input }: StepTarget, value: string): void {
  if (!['float32', 'float16', 'float64'].includes(input.dtype)) {
    throw mismatch(input, 'is not of floating point; only such inputs can be computed')
  }
  const cast = input.dtype === 'float32' ? value : castTo(fragment, value, input.dtype)
  fragment.name(cast, input.name)
}

export const mismatch = ({ name, dtype, shape }: TensorSpec, reason: string): UsageError =>
  new UsageError('usage', `the input "${name}" (${dtype} ${formatShape(shape)}) ${reason}`)

/** @throws UsageError where the model declares an extent that is another */
export function expectExtent(input: TensorSpec, dimension: number, extent: number): void {
  const declared = input.shape.at(dimension)
  if (typeof declared !== 'number' || declared === extent) return
  throw mismatch(input, `takes ${declared} where these steps give ${extent}`)
}

/** @throws UsageError where operators are needed that came after the model's opset */
export function expectOpset({ opset }: StepTarget, least: number, forWhat: string): void {
  if (opset >= least) return
  throw new UsageError(
    'usage',
    `the model uses opset ${opset}, and ${forWhat} needs ${least}; export it anew with a later one`,
  )
}
