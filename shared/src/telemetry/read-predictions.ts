import { fromHalf } from '../model/half.js'
import type { Prediction } from '../model/release.js'
import type { Tensor } from '../model/tensor.js'

/** The class or value that each row of an output predicts; undefined where it is none. */
export function readPredictions(
  output: Tensor,
  prediction: Prediction,
): readonly (number | undefined)[] {
  const { length } = output.data
  const predicted: (number | undefined)[] = []
  if (prediction.kind === 'value') {
    for (let i = 0; i < length; i++) {
      const value = numberAt(output, i)
      predicted.push(Number.isFinite(value) ? value : undefined)
    }
    return predicted
  }
  const classes = Math.max(1, prediction.labels?.length ?? output.shape.at(-1) ?? length)
  for (let start = 0; start + classes <= length; start += classes) {
    predicted.push(largest(output, start, classes))
  }
  return predicted
}

/** Undefined when no score is a number. */
function largest(tensor: Tensor, start: number, count: number): number | undefined {
  let best: number | undefined
  let bestScore = -Infinity
  for (let i = 0; i < count; i++) {
    const score = numberAt(tensor, start + i)
    if (score > bestScore) {
      best = i
      bestScore = score
    }
  }
  return best
}

function numberAt({ dtype, data }: Tensor, i: number): number {
  const value = data[i]!
  return dtype === 'float16' ? fromHalf(Number(value)) : Number(value)
}
