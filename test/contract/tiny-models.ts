import { GraphBuilder } from '@kedge/shared/model/onnx/graph-builder'
import { WireWriter } from '@kedge/shared/model/onnx/wire-writer'
import { writeNode } from '@kedge/shared/model/onnx/write-node'
import { writeTensor, writeValueInfo } from '@kedge/shared/model/onnx/write-tensor'
import type { Tensor, TensorSpec } from '@kedge/shared/model/tensor'

/** `y = x + x` for any number of rows of two. */
export function doublingModel(): Uint8Array {
  const graph = new GraphBuilder('doubling')
  const x = graph.input('x', 'float32', ['rows', 2])
  graph.output(graph.node('Add', [x, x]), { name: 'y', dtype: 'float32', shape: ['rows', 2] })
  return graph.toModel()
}

/** `y = x × factor`: versions that can be told apart by what they answer. */
export function scalingModel(factor: number): Uint8Array {
  const graph = new GraphBuilder('scaling')
  const x = graph.input('x', 'float32', ['rows', 2])
  const y = graph.node('Mul', [x, graph.scalar(factor)])
  graph.output(y, { name: 'y', dtype: 'float32', shape: ['rows', 2] })
  return graph.toModel()
}

/** Fails while it runs for an index above 2: what the checks of names and shapes cannot see. */
export function pickingModel(): Uint8Array {
  const graph = new GraphBuilder('picking')
  const index = graph.input('index', 'int64', [1])
  const table: Tensor = { dtype: 'float32', shape: [3], data: Float32Array.of(10, 20, 30) }
  const picked = graph.node('Gather', [graph.initializer('table', table), index])
  graph.output(picked, { name: 'y', dtype: 'float32', shape: [1] })
  return graph.toModel()
}

const GRAPH = 5
const x: TensorSpec = { name: 'x', dtype: 'float32', shape: [1] }
const flag = (name: string): TensorSpec => ({ name, dtype: 'bool', shape: [] })

/** Loads like any other and then loops 2^62 times: a model that hangs. */
export function hangingModel(): Uint8Array {
  const trips: Tensor = { dtype: 'int64', shape: [], data: BigInt64Array.of(2n ** 62n) }
  const yes: Tensor = { dtype: 'bool', shape: [], data: Uint8Array.of(1) }
  const loop = writeNode({
    opType: 'Loop',
    inputs: ['trips', 'yes', 'x'],
    outputs: ['y'],
    attributes: {},
  }).message(5, new WireWriter().text(1, 'body').message(6, loopBody()).integer(20, GRAPH))
  const graph = new WireWriter()
    .message(1, loop)
    .text(2, 'hanging')
    .message(5, writeTensor('trips', trips))
    .message(5, writeTensor('yes', yes))
    .message(11, writeValueInfo(x))
    .message(12, writeValueInfo({ ...x, name: 'y' }))
  return new WireWriter()
    .integer(1, 8)
    .message(7, graph)
    .message(8, new WireWriter().text(1, '').integer(2, 18))
    .finish()
}

function loopBody(): WireWriter {
  const copy = (from: string, to: string, opType = 'Identity') =>
    writeNode({ opType, inputs: [from], outputs: [to], attributes: {} })
  return new WireWriter()
    .message(1, copy('go', 'go_on'))
    .message(1, copy('value', 'cosine', 'Cos'))
    .text(2, 'body')
    .message(11, writeValueInfo({ name: 'turn', dtype: 'int64', shape: [] }))
    .message(11, writeValueInfo(flag('go')))
    .message(11, writeValueInfo({ ...x, name: 'value' }))
    .message(12, writeValueInfo(flag('go_on')))
    .message(12, writeValueInfo({ ...x, name: 'cosine' }))
}
