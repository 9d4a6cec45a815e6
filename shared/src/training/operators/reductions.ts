import { InvariantError } from '../../errors/kedge-error.js'
import type { Attributes } from '../../model/onnx/write-node.js'
import type { Dimension } from '../../model/tensor.js'
import type { Step, Tape, Value } from '../tape.js'
import type { OperatorRules } from './operator-rule.js'
import { only } from './step-inputs.js'

/** The axes a reduction runs over, counted from the front; all of them when none are given. */
function axesOf(inputs: readonly Value[]): readonly number[] {
  const { shape } = only(inputs)
  const axes = inputs[1]
  if (axes === undefined) return shape.map((_, axis) => axis)
  if (axes.elements === undefined) throw new InvariantError('the axes must be a stored list')
  return axes.elements.map((axis) => (axis < 0 ? axis + shape.length : axis))
}

function reducedShape(inputs: readonly Value[], attributes: Attributes): readonly Dimension[] {
  const axes = axesOf(inputs)
  const { shape } = only(inputs)
  if (attributes['keepdims'] === 0) return shape.filter((_, axis) => !axes.includes(axis))
  return shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent))
}

/** Repeats the gradient of a sum over what was summed. */
function spread({ inputs, attributes }: Step, dy: Value, tape: Tape): Value {
  const input = only(inputs)
  const kept = input.shape.map((extent, axis) => (axesOf(inputs).includes(axis) ? 1 : extent))
  let gradient = dy
  if (attributes['keepdims'] === 0) {
    const axes = tape.int64s(axesOf(inputs))
    gradient = tape.emit({ opType: 'Unsqueeze', inputs: [dy, axes] }, kept)
  }
  const shape = tape.emit({ opType: 'Shape', inputs: [input] }, [input.shape.length])
  return tape.emit({ opType: 'Expand', inputs: [gradient, shape] }, input.shape)
}

function countOf(value: Value, tape: Tape): Value {
  const size = tape.emit({ opType: 'Size', inputs: [value] }, [])
  return tape.emit({ opType: 'Cast', inputs: [size], attributes: { to: 1 } }, [])
}

export const reductionRules: OperatorRules = {
  ReduceSum: {
    shape: reducedShape,
    gradient: (step, dy, tape) => [spread(step, dy, tape)],
  },
  ReduceMean: {
    shape: reducedShape,
    gradient: (step, dy, tape) => {
      const counts = [countOf(step.output, tape), countOf(only(step.inputs), tape)]
      const share = tape.emit({ opType: 'Div', inputs: counts }, [])
      const scaled = tape.emit({ opType: 'Mul', inputs: [dy, share] }, dy.shape)
      return [spread(step, scaled, tape)]
    },
  },
}
