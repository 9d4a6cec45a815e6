import { InvariantError } from '../../errors/kedge-error.js'
import { formatShape, type Dimension } from '../../model/tensor.js'
import type { Tape, Value } from '../tape.js'

type Shape = readonly Dimension[]

/** https://github.com/onnx/onnx/blob/main/docs/Broadcasting.md, multidirectional. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, axis) => {
    const left = alignedExtent(a, axis - rank)
    const right = alignedExtent(b, axis - rank)
    if (left === right || right === 1) return left
    if (left === 1) return right
    throw new InvariantError(`${formatShape(a)} and ${formatShape(b)} do not broadcast`)
  })
}

/** Sums a gradient over the axes along which a value of `shape` was repeated. */
export function sumToShape(gradient: Value, shape: Shape, tape: Tape): Value {
  const extra = gradient.shape.length - shape.length
  const leading = Array.from({ length: extra }, (_, axis) => axis)
  const repeated = shape.flatMap((extent, axis) =>
    extent === 1 && gradient.shape[axis + extra] !== 1 ? [axis] : [],
  )
  let sum = gradient
  if (leading.length > 0) sum = sumOver(sum, leading, tape)
  if (repeated.length > 0) {
    const node = { opType: 'ReduceSum', inputs: [sum, tape.int64s(repeated)] }
    sum = tape.emit(node, shape)
  }
  return sum
}

function sumOver(value: Value, axes: readonly number[], tape: Tape): Value {
  const shape = value.shape.filter((_, axis) => !axes.includes(axis))
  const inputs = [value, tape.int64s(axes)]
  return tape.emit({ opType: 'ReduceSum', inputs, attributes: { keepdims: 0 } }, shape)
}

const alignedExtent = (shape: Shape, fromEnd: number): Dimension => {
  const extent = shape.at(fromEnd)
  return shape.length + fromEnd < 0 || extent === undefined ? 1 : extent
}
