import { GraphBuilder } from '@kedge/shared/model/onnx/graph-builder'
import { pseudoBytes } from './pseudo-bytes.js'

export interface SyntheticModel {
  /** Extents of the layers: n + 1 extents make n dense layers. */
  readonly widths: readonly number[]
  /** Seeds of the layers' weights; layer i has the weights of `seeds[i]`, or of i. */
  readonly seeds?: Readonly<Record<number, number>>
  readonly metadata?: Readonly<Record<string, string>>
  readonly producer?: string
}

/** A chain of dense layers with random bits for weights: for what travels, not for what runs. */
export function syntheticModel({ widths, seeds = {}, ...options }: SyntheticModel): Uint8Array {
  const graph = new GraphBuilder('synthetic')
  let value = graph.input('x', 'float32', ['batch', widths[0]!])
  for (let layer = 0; layer + 1 < widths.length; layer++) {
    const shape = [widths[layer]!, widths[layer + 1]!]
    const bytes = pseudoBytes(shape[0]! * shape[1]! * 4, seeds[layer] ?? layer)
    const data = new Float32Array(bytes.buffer)
    const weights = graph.initializer(`w${layer}`, { dtype: 'float32', shape, data })
    value = graph.node('MatMul', [value, weights])
  }
  const last = widths.at(-1)!
  graph.output(value, { name: 'y', dtype: 'float32', shape: ['batch', last] })
  return graph.toModel(options)
}
