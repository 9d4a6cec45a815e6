import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { GraphBuilder } from '@kedge/shared/model/onnx/graph-builder'
import { readOnnx } from '@kedge/shared/model/onnx/onnx-reader'
import { dtypes, type DType } from '@kedge/shared/model/tensor'
import { fromTensorBytes } from '@kedge/shared/model/tensor-bytes'

function build(metadata: Record<string, string> = {}): Uint8Array {
  const graph = new GraphBuilder('g')
  const x = graph.input('x', 'float32', ['n', 2])
  const rate = graph.scalar(0.5)
  const hot = graph.node('Mul', [x, rate])
  graph.node('Exp', [x])
  const normal = graph.node('LeakyRelu', [hot], { alpha: { float: 0.25 } })
  const sum = graph.node('ReduceSum', [normal, graph.int64s([1])], { keepdims: 0 })
  graph.output(sum, { name: 'y', dtype: 'float32', shape: ['n'] })
  return graph.toModel({ metadata })
}

describe('graph builder', () => {
  it('writes models that ONNX Runtime runs', async () => {
    const session = await ort.InferenceSession.create(build())
    const x = new ort.Tensor('float32', Float32Array.of(2, 4, -8, 0), [2, 2])
    const { y } = await session.run({ x })
    expect([...(y!.data as Float32Array)]).toEqual([3, -1])
  })

  it('gives the same bytes for the same calls', () => {
    expect(build()).toEqual(build())
  })

  it('keeps metadata behind the graph, so that the weights stay where they are', () => {
    const [short, long] = [build(), build({ note: 'x'.repeat(100) })]
    const offsets = (bytes: Uint8Array) =>
      readOnnx(bytes).initializers.map((t) => t.payload?.offset)
    expect(offsets(long)).toEqual(offsets(short))
  })

  it('leaves out what no output depends on', () => {
    expect(readOnnx(build()).operators.map(({ opType }) => opType)).not.toContain('Exp')
  })

  it('refuses two values of one name', () => {
    const graph = new GraphBuilder('g')
    graph.input('x', 'float32', [1])
    expect(() => graph.input('x', 'float32', [1])).toThrow(/named x/)
  })

  it.each(dtypes.filter((dtype) => dtype !== 'string'))(
    'stores %s so that ONNX Runtime gives it back',
    async (dtype: DType) => {
      const data = fromTensorBytes(
        dtype,
        Uint8Array.from({ length: 16 }, (_, i) => i % 2),
      )
      const shape = [data.length]
      const graph = new GraphBuilder('g')
      const stored = graph.initializer('stored', { dtype, shape, data })
      graph.output(stored, { name: 'y', dtype, shape })
      const session = await ort.InferenceSession.create(graph.toModel())
      const { y } = await session.run({})
      expect(y!.data).toEqual(data)
    },
  )
})
