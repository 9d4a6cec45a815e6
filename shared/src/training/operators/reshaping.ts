import { InvariantError } from '../../errors/kedge-error.js'
import type { Dimension } from '../../model/tensor.js'
import type { Value } from '../tape.js'
import type { OperatorRules } from './operator-rule.js'
import { only, pair } from './step-inputs.js'

/** In the shape given to Reshape, 0 keeps an extent of the input and one -1 takes what is left. */
function reshaped(inputs: readonly Value[]): readonly Dimension[] {
  const [input, wanted] = pair(inputs)
  if (wanted.elements === undefined) throw new InvariantError('the shape must be a stored list')
  const shape = wanted.elements.map((extent, axis) =>
    extent === 0 ? (input.shape[axis] ?? null) : extent,
  )
  return shape.map((extent) => (extent === -1 ? remainder(input.shape, shape) : extent))
}

function remainder(from: readonly Dimension[], to: readonly Dimension[]): Dimension {
  const symbols = (shape: readonly Dimension[]) => shape.filter((e) => typeof e !== 'number')
  const size = (shape: readonly Dimension[]) =>
    shape.reduce<number>((all, e) => (typeof e === 'number' && e > 0 ? all * e : all), 1)
  const [before, after] = [symbols(from), symbols(to)]
  if (before.length === after.length) return size(from) / size(to)
  // A symbolic extent that Reshape folds into the last free one keeps its name if it is alone.
  return before.length === 1 && size(from) === size(to) ? (before[0] ?? null) : null
}

export const reshapingRules: OperatorRules = {
  Reshape: {
    shape: reshaped,
    gradient: ({ inputs }, dy, tape) => {
      const input = only(inputs)
      const shape = tape.emit({ opType: 'Shape', inputs: [input] }, [input.shape.length])
      return [tape.emit({ opType: 'Reshape', inputs: [dy, shape] }, input.shape), undefined]
    },
  },
  /** Of indices, a depth and [off, on]; it has no gradient. */
  OneHot: {
    shape: (inputs) => {
      const [indices, depth] = pair(inputs)
      return [...indices.shape, depth.elements?.[0] ?? null]
    },
  },
}
