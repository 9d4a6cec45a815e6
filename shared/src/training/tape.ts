import type { Attributes } from '../model/onnx/write-node.js'
import { GraphBuilder } from '../model/onnx/graph-builder.js'
import type { Dimension, DType, Tensor } from '../model/tensor.js'

/** A value of the graph. */
export interface Value {
  readonly name: string
  readonly shape: readonly Dimension[]
  /** The elements of a stored int64 list, such as axes. */
  readonly elements?: readonly number[]
}

/** A forward operation, with what its gradient needs. */
export interface Step {
  readonly opType: string
  readonly inputs: readonly Value[]
  readonly output: Value
  readonly attributes: Attributes
}

export type ShapeInference = (
  opType: string,
  inputs: readonly Value[],
  attributes: Attributes,
) => readonly Dimension[]

/** Builds a graph and remembers the operations, so that they can be differentiated in reverse. */
export class Tape {
  readonly graph: GraphBuilder
  readonly #inferShape: ShapeInference
  readonly #steps: Step[] = []

  constructor(name: string, inferShape: ShapeInference) {
    this.graph = new GraphBuilder(name)
    this.#inferShape = inferShape
  }

  get steps(): readonly Step[] {
    return this.#steps
  }

  input(name: string, dtype: DType, shape: readonly Dimension[]): Value {
    return { name: this.graph.input(name, dtype, shape), shape }
  }

  constant(name: string, tensor: Tensor): Value {
    return { name: this.graph.initializer(name, tensor), shape: tensor.shape }
  }

  scalar(value: number): Value {
    return { name: this.graph.scalar(value), shape: [] }
  }

  int64s(elements: readonly number[]): Value {
    return { name: this.graph.int64s(elements), shape: [elements.length], elements }
  }

  /** Adds an operation of the forward pass; its shape is inferred. */
  apply(opType: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
    const shape = this.#inferShape(opType, inputs, attributes)
    const output = this.emit({ opType, inputs, attributes }, shape)
    this.#steps.push({ opType, inputs, output, attributes })
    return output
  }

  /** Adds a node that is not differentiated: part of a gradient or an update. */
  emit(
    node: { opType: string; inputs: readonly Value[]; attributes?: Attributes },
    shape: readonly Dimension[],
  ): Value {
    const inputs = node.inputs.map(({ name }) => name)
    return { name: this.graph.node(node.opType, inputs, node.attributes), shape }
  }

  output(value: Value, name: string, dtype: DType = 'float32'): void {
    this.graph.output(value.name, { name, dtype, shape: value.shape })
  }
}
