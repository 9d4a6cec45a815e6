import type { Tensor } from '../model/tensor.js'
import { applyDense, batchOf, type Head } from './dense-architecture.js'
import { inferShape } from './operator-rules.js'
import { Tape, type Value } from './tape.js'
import type { TrainedModel } from './training-request.js'

export interface InferenceExport {
  readonly name: string
  /** The input takes rows as they are, before normalisation. */
  readonly input: string
  /** Probabilities of the classes, or the values. */
  readonly output: string
  /** Bounds that values are cut off at. */
  readonly range?: readonly [number, number]
  readonly metadata?: Readonly<Record<string, string>>
}

/**
 * The trained network as an ONNX model with a free `batch` dimension: normalisation, layers and,
 * for classes, the softmax. The same parameters give the same bytes.
 */
export function exportInference(trained: TrainedModel, options: InferenceExport): Uint8Array {
  const { architecture, parameters, normalisation } = trained
  const tape = new Tape(options.name, inferShape)
  const rows = tape.input(options.input, 'float32', batchOf(architecture.features))
  const mean = tape.constant('normalisation.mean', toVector(normalisation.mean))
  const deviation = tape.constant('normalisation.deviation', toVector(normalisation.deviation))
  const input = tape.apply('Div', [tape.apply('Sub', [rows, mean]), deviation])
  const constants = Object.fromEntries(
    Object.entries(parameters).map(([name, tensor]) => [name, tape.constant(name, tensor)]),
  )
  const raw = applyDense(tape, architecture, { input, parameters: constants })
  tape.output(finish(tape, raw, { head: architecture.head, range: options.range }), options.output)
  return tape.graph.toModel({ producer: 'kedge', metadata: options.metadata ?? {} })
}

function finish(
  tape: Tape,
  raw: Value,
  { head, range }: { head: Head; range: readonly [number, number] | undefined },
): Value {
  if (head.kind === 'classes') return tape.apply('Softmax', [raw])
  if (range === undefined) return raw
  const bounds = [tape.scalar(range[0]), tape.scalar(range[1])]
  return tape.emit({ opType: 'Clip', inputs: [raw, ...bounds] }, raw.shape)
}

const toVector = (data: Float32Array): Tensor => ({
  dtype: 'float32',
  shape: [data.length],
  data,
})
