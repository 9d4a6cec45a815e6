import { InvariantError } from '../../errors/kedge-error.js'
import type { Dimension, DType, Tensor, TensorSpec } from '../tensor.js'
import { WireWriter } from './wire-writer.js'
import { writeNode, type Attributes, type GraphNode } from './write-node.js'
import { writeTensor, writeValueInfo } from './write-tensor.js'

export interface ModelOptions {
  /** Version of the ai.onnx operators; 18 unless told. */
  readonly opset?: number
  readonly producer?: string
  readonly metadata?: Readonly<Record<string, string>>
}

// IR 8 came with opset 18 and is as old as any runtime in use.
const IR_VERSION = 8

/**
 * Builds an ONNX model: values are names, and each call that makes one returns it. The same calls
 * give the same bytes.
 */
export class GraphBuilder {
  readonly #name: string
  readonly #inputs: TensorSpec[] = []
  readonly #outputs: TensorSpec[] = []
  readonly #initializers = new Map<string, Tensor>()
  readonly #nodes: GraphNode[] = []
  readonly #taken = new Set<string>()
  readonly #counts = new Map<string, number>()

  constructor(name: string) {
    this.#name = name
  }

  input(name: string, dtype: DType, shape: readonly Dimension[]): string {
    this.#inputs.push({ name, dtype, shape })
    return this.#take(name)
  }

  /** A stored tensor. Its elements are copied when the model is written, not before. */
  initializer(name: string, tensor: Tensor): string {
    this.#initializers.set(name, tensor)
    return this.#take(name)
  }

  /** A stored float32 scalar. The same number is stored once. */
  scalar(value: number): string {
    const name = `scalar_${value}`
    if (this.#initializers.has(name)) return name
    return this.initializer(name, { dtype: 'float32', shape: [], data: Float32Array.of(value) })
  }

  /** A stored list of int64, such as axes or a shape. The same list is stored once. */
  int64s(values: readonly number[]): string {
    const name = `int64s_${values.join('_')}`
    if (this.#initializers.has(name)) return name
    const data = BigInt64Array.from(values, BigInt)
    return this.initializer(name, { dtype: 'int64', shape: [values.length], data })
  }

  /** Adds a node with one output and returns the name of that. */
  node(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const output = this.#take(this.#freshName(opType))
    this.#nodes.push({ opType, inputs, outputs: [output], attributes })
    return output
  }

  /** Makes `value` an output of the model under the name in `spec`. */
  output(value: string, spec: TensorSpec): void {
    this.#take(spec.name)
    this.#nodes.push({
      opType: 'Identity',
      inputs: [value],
      outputs: [spec.name],
      attributes: {},
    })
    this.#outputs.push(spec)
  }

  toModel({ opset = 18, producer = 'kedge', metadata = {} }: ModelOptions = {}): Uint8Array {
    const model = new WireWriter()
      .integer(1, IR_VERSION)
      .text(2, producer)
      .message(7, this.#graph())
      .message(8, new WireWriter().text(1, '').integer(2, opset))
    for (const [key, value] of Object.entries(metadata)) {
      model.message(14, new WireWriter().text(1, key).text(2, value))
    }
    return model.finish()
  }

  #graph(): WireWriter {
    const { nodes, values } = this.#live()
    const graph = new WireWriter()
    for (const node of nodes) graph.message(1, writeNode(node))
    graph.text(2, this.#name)
    for (const [name, tensor] of this.#initializers) {
      if (values.has(name)) graph.message(5, writeTensor(name, tensor))
    }
    for (const spec of this.#inputs) graph.message(11, writeValueInfo(spec))
    for (const spec of this.#outputs) graph.message(12, writeValueInfo(spec))
    return graph
  }

  /** What the outputs depend on; ONNX Runtime would run the rest too. */
  #live(): { nodes: GraphNode[]; values: ReadonlySet<string> } {
    const values = new Set(this.#outputs.map(({ name }) => name))
    const nodes: GraphNode[] = []
    for (const node of this.#nodes.toReversed()) {
      if (!node.outputs.some((output) => values.has(output))) continue
      for (const input of node.inputs) values.add(input)
      nodes.push(node)
    }
    return { nodes: nodes.reverse(), values }
  }

  #freshName(opType: string): string {
    const count = (this.#counts.get(opType) ?? 0) + 1
    this.#counts.set(opType, count)
    return `${opType}_${count}`
  }

  #take(name: string): string {
    if (this.#taken.has(name)) throw new InvariantError(`the graph has two values named ${name}`)
    this.#taken.add(name)
    return name
  }
}
