import { GraphBuilder } from '@kedge/shared/model/onnx/graph-builder'
import { seededEntropy } from '@kedge/shared/util/entropy'

export interface NetworkShape {
  readonly name: string
  readonly sizes: readonly number[]
  /** Weights of the last layer come from this; those before it are the same for every seed. */
  readonly headSeed: number
}

/** A small dense network with arbitrary weights: a model to deliver, not one to believe. */
export function denseNetwork({ name, sizes, headSeed }: NetworkShape): Uint8Array {
  const graph = new GraphBuilder(name)
  let value = graph.input('x', 'float32', [1, sizes[0] ?? 1])
  sizes.slice(1).forEach((width, layer) => {
    const isHead = layer === sizes.length - 2
    const entropy = seededEntropy(isHead ? headSeed : layer + 1)
    const height = sizes[layer] ?? 1
    const data = Float32Array.from({ length: height * width }, () => entropy.random() - 0.5)
    const weights = graph.initializer(`w${layer}`, {
      dtype: 'float32',
      shape: [height, width],
      data,
    })
    value = graph.node('MatMul', [value, weights])
    if (!isHead) value = graph.node('Relu', [value])
  })
  graph.output(value, { name: 'y', dtype: 'float32', shape: [1, sizes.at(-1) ?? 1] })
  return graph.toModel()
}
