import { WireReader } from '../onnx/wire-reader.js'
import { WireWriter } from '../onnx/wire-writer.js'
import { writeNode } from '../onnx/write-node.js'
import { writeValueInfo } from '../onnx/write-tensor.js'
import type { TensorSpec } from '../tensor.js'
import type { Fragment } from './fragment.js'

/** What is put around the graph of a model. */
export interface Splice {
  readonly before: Fragment
  readonly after: Fragment
  /** By the name of an input of the model: the inputs that take its place. */
  readonly inputs: ReadonlyMap<string, readonly TensorSpec[]>
  /** In addition to those of the model. */
  readonly outputs: readonly TensorSpec[]
  /** Operator sets that the model may not import yet, with the version to import then. */
  readonly opsets: ReadonlyMap<string, number>
  readonly metadata: Readonly<Record<string, string>>
}

// Fields of `ModelProto` and `GraphProto`, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
const modelFields = { graph: 7, opsets: 8, metadata: 14 } as const
const graphFields = { node: 1, input: 11, output: 12 } as const

/**
 * The model with more nodes, inputs and outputs. All else is copied as it stands, so that its
 * tensors are the same bytes as before and need not travel again.
 */
export function spliceGraph(model: Uint8Array, splice: Splice): Uint8Array {
  const writer = new WireWriter()
  const graphs: WireReader[] = []
  const present = new Set<string>()
  const reader = new WireReader(model)
  while (reader.next()) {
    if (reader.field === modelFields.graph) graphs.push(reader.message())
    else if (reader.field === modelFields.metadata && isReplaced(reader, splice.metadata)) continue
    else {
      if (reader.field === modelFields.opsets) present.add(readFirstText(reader.message()))
      writer.fields(reader.whole())
    }
  }
  for (const [domain, version] of splice.opsets) {
    if (present.has(domain)) continue
    writer.message(modelFields.opsets, new WireWriter().text(1, domain).integer(2, version))
  }
  for (const [key, value] of Object.entries(splice.metadata)) {
    writer.message(modelFields.metadata, new WireWriter().text(1, key).text(2, value))
  }
  return writer.message(modelFields.graph, writeGraph(graphs, splice)).finish()
}

// Nodes must stand in the order in which they depend on each other.
function writeGraph(graphs: readonly WireReader[], splice: Splice): WireWriter {
  const graph = new WireWriter()
  for (const node of splice.before.nodes) graph.message(graphFields.node, writeNode(node))
  for (const reader of graphs) copyGraph(reader, graph, splice)
  for (const node of splice.after.nodes) graph.message(graphFields.node, writeNode(node))
  for (const spec of splice.outputs) graph.message(graphFields.output, writeValueInfo(spec))
  return graph
}

function copyGraph(reader: WireReader, graph: WireWriter, { inputs }: Splice): void {
  while (reader.next()) {
    const replacement =
      reader.field === graphFields.input ? inputs.get(readFirstText(reader.message())) : undefined
    if (!replacement) graph.fields(reader.whole())
    else for (const spec of replacement) graph.message(graphFields.input, writeValueInfo(spec))
  }
}

const isReplaced = (reader: WireReader, metadata: Splice['metadata']): boolean =>
  Object.hasOwn(metadata, readFirstText(reader.message()))

/** Field 1, which is the name of a `ValueInfoProto`, the domain of an opset and the key of an entry. */
function readFirstText(reader: WireReader): string {
  let text = ''
  while (reader.next()) if (reader.field === 1) text = reader.text()
  return text
}

/** Names of all values of the outermost graph: no new one may be called like them. */
export function valueNames(model: Uint8Array): Set<string> {
  const names = new Set<string>()
  const reader = new WireReader(model)
  while (reader.next()) {
    if (reader.field !== modelFields.graph) continue
    const graph = reader.message()
    while (graph.next()) addNames(graph, names)
  }
  return names
}

function addNames(graph: WireReader, names: Set<string>): void {
  // Outputs of nodes are their second field; initializers are named by their eighth.
  const nameField = { 1: 2, 5: 8, 11: 1 }[graph.field]
  if (nameField === undefined) return
  const part = graph.message()
  while (part.next()) if (part.field === nameField) names.add(part.text())
}
