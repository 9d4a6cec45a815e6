import type { OnnxValue } from './onnx-model.js'
import type { OperatorInventory } from './operator-inventory.js'
import { readSparseTensor, readTensor, type FoundTensor } from './read-tensor.js'
import { readValueInfo } from './read-value-info.js'
import type { WireReader } from './wire-reader.js'

/** What a graph and everything inside it add up to. Protobuf lets a graph come in several pieces. */
export interface GraphContents {
  name: string
  inputs: OnnxValue[]
  outputs: OnnxValue[]
  /** Names of the graph's own initializers, its subgraphs' not included. */
  initialized: Set<string>
  tensors: FoundTensor[]
  operators: OperatorInventory
}

export const emptyGraph = (
  tensors: FoundTensor[],
  operators: OperatorInventory,
): GraphContents => ({
  name: '',
  inputs: [],
  outputs: [],
  initialized: new Set(),
  tensors,
  operators,
})

/** Reads a `GraphProto` into `graph`. */
export function readGraph(reader: WireReader, graph: GraphContents): void {
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        readNode(reader.message(), graph)
        break
      case 2:
        graph.name = reader.text()
        break
      case 5:
        addInitializers([readTensor(reader.message())], graph)
        break
      case 11:
        graph.inputs.push(readValueInfo(reader.message()))
        break
      case 12:
        graph.outputs.push(readValueInfo(reader.message()))
        break
      case 15:
        addInitializers(readSparseTensor(reader.message()), graph)
    }
  }
}

/** Reads a `NodeProto`; what its attributes hold is added to `graph`. */
export function readNode(reader: WireReader, graph: GraphContents): void {
  const firstTensor = graph.tensors.length
  let name = ''
  let output = ''
  let opType = ''
  let domain = ''
  while (reader.next()) {
    switch (reader.field) {
      case 2:
        output ||= reader.text()
        break
      case 3:
        name = reader.text()
        break
      case 4:
        opType = reader.text()
        break
      case 5:
        readAttribute(reader.message(), graph)
        break
      case 7:
        domain = reader.text()
    }
  }
  graph.operators.add(domain, opType, name)
  for (const tensor of graph.tensors.slice(firstTensor)) {
    tensor.name ||= name || output || opType
  }
}

/** Reads the tensors and subgraphs of an `AttributeProto` into `graph`. */
export function readAttribute(reader: WireReader, graph: GraphContents): void {
  while (reader.next()) {
    switch (reader.field) {
      case 5:
      case 10:
        graph.tensors.push(readTensor(reader.message()))
        break
      case 6:
      case 11:
        readGraph(reader.message(), emptyGraph(graph.tensors, graph.operators))
        break
      case 22:
      case 23:
        graph.tensors.push(...readSparseTensor(reader.message()))
    }
  }
}

function addInitializers(tensors: FoundTensor[], graph: GraphContents): void {
  for (const tensor of tensors) {
    graph.tensors.push(tensor)
    graph.initialized.add(tensor.name)
  }
}
