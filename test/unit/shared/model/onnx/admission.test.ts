import { describe, expect, it } from 'vitest'
import { ModelError } from '@kedge/shared/errors/model-error'
import { admitModel, type AdmissionRules } from '@kedge/shared/model/onnx/admission'
import { GraphBuilder } from '@kedge/shared/model/onnx/graph-builder'
import { WireWriter } from '@kedge/shared/model/onnx/wire-writer'
import { encodeUtf8 } from '@kedge/shared/util/bytes'
import { Bytes } from '@kedge/shared/util/units'

/** A model with one node and what a test adds to its graph. */
function modelWith(
  node: { opType: string; domain?: string; name?: string },
  add: (graph: WireWriter, model: WireWriter) => void = () => undefined,
): Uint8Array {
  const floatTensor = new WireWriter()
    .integer(1, 1)
    .message(2, new WireWriter().message(1, new WireWriter().integer(1, 2)))
  const value = (name: string) =>
    new WireWriter().text(1, name).message(2, new WireWriter().message(1, floatTensor))
  const graph = new WireWriter()
    .message(
      1,
      new WireWriter()
        .text(1, 'x')
        .text(2, 'y')
        .text(3, node.name ?? '')
        .text(4, node.opType)
        .text(7, node.domain ?? ''),
    )
    .message(11, value('x'))
    .message(12, value('y'))
  const model = new WireWriter().integer(1, 8)
  const opset = new WireWriter().text(1, '').integer(2, 17)
  add(graph, model)
  return model.message(7, graph).message(8, opset).finish()
}

const externalTensor = (location: string) =>
  new WireWriter()
    .integer(2, 1)
    .text(8, 'conv1.weight')
    .message(13, new WireWriter().text(1, 'location').text(2, location))
    .integer(14, 1)

function refusal(bytes: Uint8Array, rules?: Partial<AdmissionRules>): [string, string] {
  try {
    admitModel(bytes, rules)
  } catch (error) {
    if (error instanceof ModelError) return [error.code, error.message]
    throw error
  }
  throw new Error('the model was admitted')
}

describe('admission', () => {
  it('gives the tensors of a model that passes', () => {
    expect(admitModel(modelWith({ opType: 'Relu' }))).toMatchObject({
      inputs: [{ name: 'x', dtype: 'float32', shape: [2] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [2] }],
    })
  })

  it.each([
    [
      'a Git LFS pointer',
      encodeUtf8('version https://git-lfs.github.com/spec/v1\n'),
      /git lfs pull/,
    ],
    ['the ORT format', encodeUtf8('\x1c\0\0\0ORTM'), /ORT format/],
    ['an empty file', new Uint8Array(), /empty/],
    ['a PyTorch archive', encodeUtf8('PK\x03\x04more'), /ZIP archive/],
    ['text', encodeUtf8('this is not a model'), /not an ONNX model/],
    ['text that claims to be longer', encodeUtf8('z! and so on'), /begin like one/],
    ['protobuf without a graph', new WireWriter().integer(1, 8).finish(), /no graph/],
  ])('says that %s is not an ONNX model', (_, bytes, message) => {
    const [code, text] = refusal(bytes)
    expect(code).toBe('model-not-onnx')
    expect(text).toMatch(message)
  })

  it.each([
    ['an unknown operator', { opType: 'Foo', name: 'foo_1' }, /operator Foo \(node "foo_1"\)/],
    ['a custom domain', { opType: 'Bar', domain: 'acme' }, /domain "acme"/],
    ['an operator of a later opset', { opType: 'Gelu' }, /came with opset 20/],
    ['an operator that is gone', { opType: 'Upsample' }, /removed in opset 10/],
    ['a domain without opset', { opType: 'Scaler', domain: 'ai.onnx.ml' }, /not imported/],
  ])('refuses %s by name', (_, node, message) => {
    const [code, text] = refusal(modelWith(node))
    expect(code).toBe('model-unsupported')
    expect(text).toMatch(message)
  })

  it("takes ONNX Runtime's own operators only where the rules allow them", () => {
    const model = modelWith({ opType: 'FusedMatMul', domain: 'com.microsoft' })
    expect(() => admitModel(model)).not.toThrow()
    expect(refusal(model, { allowContribOps: false })[1]).toMatch(/FusedMatMul/)
  })

  it('takes operators that the model brings along', () => {
    const model = modelWith({ opType: 'Own', domain: 'acme' }, (_, file) => {
      const body = new WireWriter().text(1, 'Own').text(10, 'acme')
      file.message(25, body)
    })
    expect(() => admitModel(model)).not.toThrow()
  })

  it.each([
    ['/etc/passwd', /an absolute path/],
    ['C:\\weights.bin', /an absolute path/],
    ['../../weights.bin', /leaves the folder/],
    ['weights.bin', /"weights.bin";/],
  ])('refuses weights kept in %s and names the tensor', (location, message) => {
    const model = modelWith({ opType: 'Relu' }, (graph) => {
      graph.message(5, externalTensor(location))
    })
    const [code, text] = refusal(model)
    expect(code).toBe('model-external-data')
    expect(text).toMatch(/conv1\.weight/)
    expect(text).toMatch(message)
  })

  it('refuses weights kept outside by a tensor inside an attribute', () => {
    const model = modelWith({ opType: 'Relu' }, (graph) => {
      const attribute = new WireWriter().message(5, externalTensor('/x'))
      graph.message(1, new WireWriter().text(4, 'Constant').message(5, attribute))
    })
    expect(refusal(model)[0]).toBe('model-external-data')
  })

  it('refuses an input whose element type cannot be passed', () => {
    const model = modelWith({ opType: 'Relu' }, (graph) => {
      const bfloat16 = new WireWriter().message(1, new WireWriter().integer(1, 16))
      graph.message(11, new WireWriter().text(1, 'b').message(2, bfloat16))
    })
    expect(refusal(model)[1]).toMatch(/input "b" has the element type bfloat16/)
  })

  it('refuses a model beyond the limit', () => {
    expect(refusal(modelWith({ opType: 'Relu' }), { maxBytes: Bytes(20) })[0]).toBe(
      'model-too-large',
    )
  })

  it('steps over the weights: time does not grow with them', () => {
    const graph = new GraphBuilder('large')
    const data = new Float32Array(6_000_000)
    const weights = graph.initializer('weights', { dtype: 'float32', shape: [data.length], data })
    graph.output(weights, { name: 'y', dtype: 'float32', shape: [data.length] })
    const model = graph.toModel()
    const unreadable = new Proxy(model, {
      get: (target, key) => {
        if (typeof key === 'string' && Number(key) > 1000 && Number(key) < 23_000_000) {
          throw new Error('a weight was read')
        }
        const member: unknown = Reflect.get(target, key, target)
        return typeof member === 'function' ? (member.bind(target) as unknown) : member
      },
    })
    expect(admitModel(unreadable).model.initializers[0]?.dims).toEqual([6_000_000])
  })
})
