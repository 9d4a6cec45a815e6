import { GraphBuilder } from '@kedge/shared/model/onnx/graph-builder'
import { seededEntropy } from '@kedge/shared/util/entropy'

export interface DenseModel {
  /** Units of each layer, the input first. */
  readonly layers: readonly number[]
  readonly seed?: number
  /** Makes the last layer's weights unlike those of the same model with another seed for it. */
  readonly headSeed?: number
  readonly metadata?: Readonly<Record<string, string>>
}

/** A multilayer perceptron of random weights, `x` [1, n] → `y` [1, m]: only its cost matters. */
export function buildDenseModel(model: DenseModel): Uint8Array {
  const { layers, seed = 1, headSeed = seed, metadata = {} } = model
  const graph = new GraphBuilder('dense')
  let value = graph.input('x', 'float32', [1, layers[0]!])
  for (let i = 1; i < layers.length; i++) {
    const isHead = i === layers.length - 1
    const entropy = seededEntropy((isHead ? headSeed : seed) * 1000 + i)
    const [rows, columns] = [layers[i - 1]!, layers[i]!]
    const weights = Float32Array.from(
      { length: rows * columns },
      () => entropy.random() * 0.1 - 0.05,
    )
    const w = graph.initializer(`w${i}`, {
      dtype: 'float32',
      shape: [rows, columns],
      data: weights,
    })
    const zeros = new Float32Array(columns)
    const b = graph.initializer(`b${i}`, { dtype: 'float32', shape: [columns], data: zeros })
    value = graph.node('Gemm', [value, w, b])
    if (!isHead) value = graph.node('Relu', [value])
  }
  graph.output(value, { name: 'y', dtype: 'float32', shape: [1, layers.at(-1)!] })
  return graph.toModel({ metadata })
}
