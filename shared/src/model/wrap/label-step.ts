import { UsageError } from '../../errors/kedge-error.js'
import { formatShape, type TensorSpec } from '../tensor.js'
import type { Fragment } from './fragment.js'
import { castTo } from './step-target.js'
import type { LabelStep } from './wrap-steps.js'

export interface LabelTarget {
  readonly fragment: Fragment
  readonly outputs: readonly TensorSpec[]
  readonly opset: number
  readonly freshName: (wanted: string | undefined, usual: string) => string
}

/**
 * Two more outputs, `[rows]` each: the name of the class with the highest score, and that score.
 *
 * @throws UsageError where the model has no such output, or as many scores as there are names
 */
export function addLabelStep(step: LabelStep, target: LabelTarget): readonly TensorSpec[] {
  const { fragment } = target
  const classes = step.names.length
  const output = findOutput(step, target)
  const raw = output.dtype === 'float32' ? output.name : castTo(fragment, output.name, 'float32')
  const rows = fragment.node('Reshape', [raw, fragment.int64s([-1, classes])])
  const scores = step.softmax ? fragment.node('Softmax', [rows], { axis: 1 }) : rows
  const index = fragment.node('ArgMax', [scores], { axis: 1, keepdims: 0 })
  const names = fragment.constant({ dtype: 'string', shape: [classes], data: [...step.names] })
  const label = target.freshName(step.label, 'label')
  const confidence = target.freshName(step.confidence, 'confidence')
  fragment.name(fragment.node('Gather', [names, index], { axis: 0 }), label)
  fragment.name(highest(scores, target), confidence)
  const extent = output.shape.length < 2 ? 1 : (output.shape[0] ?? 'rows')
  return [
    { name: label, dtype: 'string', shape: [extent] },
    { name: confidence, dtype: 'float32', shape: [extent] },
  ]
}

// The axes became an input in opset 18.
function highest(scores: string, { fragment, opset }: LabelTarget): string {
  if (opset < 18) return fragment.node('ReduceMax', [scores], { axes: [1], keepdims: 0 })
  return fragment.node('ReduceMax', [scores, fragment.int64s([1])], { keepdims: 0 })
}

function findOutput(step: LabelStep, { outputs }: LabelTarget): TensorSpec {
  const output = step.output ? outputs.find(({ name }) => name === step.output) : outputs[0]
  if (!output) {
    const names = outputs.map(({ name }) => `"${name}"`).join(', ')
    throw new UsageError('usage', `the model has no output "${step.output}"; it has ${names}`)
  }
  const { name, dtype, shape } = output
  const scores = shape.slice(shape.length < 2 ? 0 : 1)
  const product = scores.reduce<number | undefined>(
    (all, extent) => (all !== undefined && typeof extent === 'number' ? all * extent : undefined),
    1,
  )
  if (product === undefined || product === step.names.length) return output
  throw new UsageError(
    'usage',
    `the output "${name}" (${dtype} ${formatShape(shape)}) has ${product} scores, and there are ` +
      `${step.names.length} names`,
  )
}
