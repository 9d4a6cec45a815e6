import type { Dimension, TensorSpec } from '../tensor.js'
import { expectExtent, expectOpset, feed, mismatch, type StepTarget } from './step-target.js'
import type { ColumnsStep } from './wrap-steps.js'

type Column = ColumnsStep['columns'][number]
type NumberColumn = Extract<Column, { kind: 'number' }>

/** The domain of OneHotEncoder: the standard OneHot knows no strings. */
export const machineLearning = 'ai.onnx.ml'

/**
 * From one input a column, `[rows, 1]`, to the table that a tabular model takes.
 *
 * @throws UsageError where the columns do not add up to what the model takes
 */
export function addColumnsStep({ columns }: ColumnsStep, target: StepTarget): TensorSpec[] {
  const { fragment, input } = target
  if (input.shape.length !== 2) throw mismatch(input, 'is not a table of rows and columns')
  const width = columns.reduce((sum, column) => sum + widthOf(column), 0)
  expectExtent(input, 1, width)
  const rows: Dimension = input.shape[0] ?? 'rows'
  const inputs = columns.map((column): TensorSpec => {
    const name = target.freshName(column.name, column.name)
    return { name, dtype: column.kind === 'number' ? 'float32' : 'string', shape: [rows, 1] }
  })
  const parts = columns.map((column) => addColumn(column, target))
  feed(target, parts.length === 1 ? parts[0]! : fragment.node('Concat', parts, { axis: 1 }))
  return inputs
}

const widthOf = (column: Column) => (column.kind === 'number' ? 1 : column.values.length)

function addColumn(column: Column, target: StepTarget): string {
  if (column.kind === 'number') return addNumber(column, target)
  const { fragment } = target
  const encoded = fragment.node('OneHotEncoder', [column.name], {
    domain: machineLearning,
    cats_strings: { strings: column.values },
    zeros: 1,
  })
  return fragment.node('Reshape', [encoded, fragment.int64s([-1, column.values.length])])
}

function addNumber({ name, mean, std, missing }: NumberColumn, target: StepTarget): string {
  const { fragment } = target
  let value = name
  if (missing !== undefined) {
    expectOpset(target, 9, 'a value for what is missing')
    const isMissing = fragment.node('IsNaN', [value])
    value = fragment.node('Where', [isMissing, fragment.float(missing), value])
  }
  if (mean !== 0) value = fragment.node('Sub', [value, fragment.float(mean)])
  return std === 1 ? value : fragment.node('Div', [value, fragment.float(std)])
}
