import { describe, expect, it } from 'vitest'
import { GraphBuilder } from '@kedge/shared/model/onnx/graph-builder'
import { readOnnx } from '@kedge/shared/model/onnx/onnx-reader'
import { WireWriter } from '@kedge/shared/model/onnx/wire-writer'
import type { Tensor } from '@kedge/shared/model/tensor'
import { dataMissing, readData } from '../../../../support/data.js'

const floats = (...values: number[]): Tensor => ({
  dtype: 'float32',
  shape: [values.length],
  data: Float32Array.from(values),
})

function builtModel(): Uint8Array {
  const graph = new GraphBuilder('tiny')
  const x = graph.input('x', 'float32', ['batch', 2])
  const scale = graph.initializer('scale', floats(2, 3))
  const y = graph.node('Mul', [x, scale])
  graph.output(y, { name: 'y', dtype: 'float32', shape: ['batch', 2] })
  return graph.toModel({ opset: 17, producer: 'test', metadata: { about: 'nothing' } })
}

/** A model whose graph is `graph`. */
const modelOf = (graph: WireWriter): Uint8Array =>
  new WireWriter()
    .integer(1, 8)
    .message(7, graph)
    .message(8, new WireWriter().integer(2, 17))
    .finish()

const rawTensor = (name: string, data: Uint8Array): WireWriter =>
  new WireWriter().integers(1, [data.length]).integer(2, 2).text(8, name).bytes(9, data)

describe('ONNX reader', () => {
  it('reads what the graph builder writes', () => {
    const bytes = builtModel()
    const model = readOnnx(bytes)
    expect(model).toMatchObject({
      irVersion: 8,
      producer: { name: 'test', version: '' },
      graphName: 'tiny',
      opsets: [{ domain: 'ai.onnx', version: 17 }],
      inputs: [{ kind: 'tensor', name: 'x', elementType: 'float32', shape: ['batch', 2] }],
      outputs: [{ kind: 'tensor', name: 'y' }],
    })
    expect(model.operators.map(({ opType, count }) => [opType, count])).toEqual([
      ['Mul', 1],
      ['Identity', 1],
    ])
    expect([...model.metadata]).toEqual([['about', 'nothing']])
    const [scale] = model.initializers
    const { offset, length } = scale!.payload!
    expect(new Float32Array(bytes.slice(offset, offset + length).buffer)).toEqual(
      Float32Array.of(2, 3),
    )
  })

  it('leaves initializers out of the inputs', () => {
    const value = (name: string) => new WireWriter().text(1, name)
    const graph = new WireWriter()
      .message(5, rawTensor('w', Uint8Array.of(1)))
      .message(11, value('x'))
      .message(11, value('w'))
    expect(readOnnx(modelOf(graph)).inputs.map(({ name }) => name)).toEqual(['x'])
  })

  it('finds tensors in attributes, subgraphs, sparse tensors and functions, in file order', () => {
    const tensor = (name: string) => rawTensor(name, Uint8Array.of(1, 2))
    const subgraph = new WireWriter()
      .message(1, new WireWriter().text(4, 'Relu'))
      .message(5, tensor('inner'))
    const attributes = new WireWriter()
      .text(3, 'branch')
      .text(4, 'If')
      .message(5, new WireWriter().message(5, tensor('')))
      .message(5, new WireWriter().message(6, subgraph))
    const sparse = new WireWriter().message(1, tensor('values')).message(2, tensor('indices'))
    const constant = new WireWriter()
      .text(4, 'Constant')
      .message(5, new WireWriter().message(5, tensor('in function')))
    const bytes = new WireWriter()
      .integer(1, 8)
      .message(7, new WireWriter().message(1, attributes).message(15, sparse))
      .message(25, new WireWriter().text(1, 'F').text(10, 'mine').message(7, constant))
      .finish()
    const model = readOnnx(bytes)
    expect(model.initializers.map(({ name }) => name)).toEqual([
      'branch',
      'inner',
      'values',
      'indices',
      'in function',
    ])
    expect(model.operators.map(({ opType }) => opType)).toEqual(['Relu', 'If'])
    expect(model.functions).toMatchObject([{ domain: 'mine', name: 'F' }])
  })

  it('reaches over typed data that comes in pieces', () => {
    const pieces = new WireWriter().integers(1, [2]).integer(2, 1).float(4, 1).float(4, 2)
    const bytes = modelOf(new WireWriter().message(5, pieces))
    const { offset, length } = readOnnx(bytes).initializers[0]!.payload!
    expect([bytes[offset + 3], length]).toEqual([0x3f, 9])
  })

  it('names the kind of outputs that are not tensors', () => {
    const type = (field: number) => new WireWriter().message(field, new WireWriter())
    const graph = new WireWriter()
    for (const [i, field] of [4, 5, 9].entries()) {
      graph.message(12, new WireWriter().text(1, `output${i}`).message(2, type(field)))
    }
    expect(readOnnx(modelOf(graph)).outputs.map(({ kind }) => kind)).toEqual([
      'sequence',
      'map',
      'optional',
    ])
  })

  it('reads a graph that comes in two pieces as one', () => {
    const half = (name: string) => new WireWriter().message(5, rawTensor(name, Uint8Array.of(1)))
    const bytes = new WireWriter().message(7, half('a')).message(7, half('b')).finish()
    expect(readOnnx(bytes).initializers.map(({ name }) => name)).toEqual(['a', 'b'])
  })

  it('calls every cut of a model truncated, not another format', () => {
    const bytes = builtModel()
    const codes = new Set<unknown>()
    for (let length = 10; length < bytes.length; length++) {
      try {
        readOnnx(bytes.subarray(0, length))
      } catch (error) {
        codes.add((error as { code: unknown }).code)
      }
    }
    expect([...codes]).toEqual(['model-truncated'])
  })

  it.skipIf(dataMissing)(`finds every weight of SqueezeNet ${dataMissing ?? ''}`, async () => {
    const bytes = await readData('models/squeezenet/SqueezeNet_fp16.onnx')
    const model = readOnnx(bytes)
    const weights = model.initializers.filter(({ elementType }) => elementType === 'float16')
    expect(weights).toHaveLength(52)
    for (const { dims, payload } of weights) {
      expect(payload!.length).toBeGreaterThanOrEqual(2 * dims.reduce((all, n) => all * n, 1))
    }
    const total = weights.reduce((sum, { payload }) => sum + payload!.length, 0)
    expect(total / bytes.length).toBeGreaterThan(0.98)
  })
})
