import type { Tensor } from '../tensor.js'
import type { Attributes, GraphNode } from '../onnx/write-node.js'

const standard: { domain?: string } = {}

/**
 * Nodes to be put before or behind those of a model. Stored tensors are Constant nodes: models
 * older than IR 4 must list their initializers as inputs, and a Constant is never one.
 */
export class Fragment {
  readonly nodes: GraphNode[] = []
  readonly #prefix: string

  /** @param prefix begins the names of its values, so that they are unlike the model's own */
  constructor(prefix: string) {
    this.#prefix = prefix
  }

  /** Adds a node with one output and returns the name of that. */
  node(
    opType: string,
    inputs: readonly string[],
    { domain, ...attributes }: Attributes & { domain?: string } = standard,
  ): string {
    const output = `${this.#prefix}${opType}_${this.nodes.length}`
    this.nodes.push({
      opType,
      inputs,
      outputs: [output],
      attributes,
      ...(domain !== undefined && { domain }),
    })
    return output
  }

  constant(tensor: Tensor): string {
    return this.node('Constant', [], { value: { tensor } })
  }

  floats(data: Float32Array, shape: readonly number[]): string {
    return this.constant({ dtype: 'float32', shape, data })
  }

  float(value: number): string {
    return this.floats(Float32Array.of(value), [])
  }

  int64s(values: readonly number[]): string {
    return this.constant({
      dtype: 'int64',
      shape: [values.length],
      data: BigInt64Array.from(values, BigInt),
    })
  }

  /** Gives `value` the name by which the model, or whoever runs it, knows it. */
  name(value: string, name: string): void {
    this.nodes.push({ opType: 'Identity', inputs: [value], outputs: [name], attributes: {} })
  }
}
