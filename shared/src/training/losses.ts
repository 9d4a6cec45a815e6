import type { Head } from './dense-architecture.js'
import type { Tape, Value } from './tape.js'

/**
 * The mean loss of a batch as a scalar. Targets are class numbers, int64 `[batch]`, or values,
 * float32 `[batch, count]`.
 */
export function applyLoss(tape: Tape, head: Head, values: { output: Value; target: Value }): Value {
  if (head.kind === 'classes') return crossEntropy(tape, head.count, values)
  const error = tape.apply('Sub', [values.output, values.target])
  const size =
    head.loss === 'squared-error' ? tape.apply('Mul', [error, error]) : tape.apply('Abs', [error])
  return tape.apply('ReduceMean', [size], { keepdims: 0 })
}

/** Goodfellow, Bengio & Courville, Deep Learning (2016), equation 6.30: -log softmax(z)ᵢ. */
function crossEntropy(
  tape: Tape,
  classes: number,
  { output, target }: { output: Value; target: Value },
): Value {
  const offAndOn = tape.constant('off_on', {
    dtype: 'float32',
    shape: [2],
    data: Float32Array.of(0, 1),
  })
  const oneHot = tape.apply('OneHot', [target, tape.int64s([classes]), offAndOn])
  const likelihoods = tape.apply('Mul', [tape.apply('LogSoftmax', [output]), oneHot])
  const rows = tape.apply('ReduceSum', [likelihoods, tape.int64s([1])], { keepdims: 0 })
  return tape.apply('Neg', [tape.apply('ReduceMean', [rows], { keepdims: 0 })])
}
