import { ModelError } from '../../errors/model-error.js'
import type { OnnxFunction, OnnxModel, OpsetImport } from './onnx-model.js'
import { OperatorInventory, toDomain } from './operator-inventory.js'
import { emptyGraph, readAttribute, readGraph, readNode, type GraphContents } from './read-graph.js'
import { readEntry, type FoundTensor } from './read-tensor.js'
import { WireReader } from './wire-reader.js'

/**
 * Reads an ONNX file in one pass over its structure. Field numbers are those of
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 *
 * @throws ModelError `model-not-onnx` or `model-truncated`
 */
export function readOnnx(bytes: Uint8Array): OnnxModel {
  const tensors: FoundTensor[] = []
  const graph = emptyGraph(tensors, new OperatorInventory())
  const header = emptyHeader()
  try {
    readModel(new WireReader(bytes), header, graph)
  } catch (error) {
    throw isWorthFetchingAgain(error, header) ? error : toNotOnnx(error)
  }
  if (header.graphs === 0) {
    throw new ModelError('model-not-onnx', 'not an ONNX model: it has no graph')
  }
  return {
    irVersion: header.irVersion,
    producer: header.producer,
    graphName: graph.name,
    opsets: header.opsets,
    inputs: graph.inputs.filter(({ name }) => !graph.initialized.has(name)),
    outputs: graph.outputs,
    operators: graph.operators.list(),
    functions: header.functions,
    initializers: tensors,
    metadata: header.metadata,
  }
}

const emptyHeader = () => ({
  irVersion: 0,
  producer: { name: '', version: '' },
  opsets: [] as OpsetImport[],
  functions: [] as OnnxFunction[],
  metadata: new Map<string, string>(),
  graphs: 0,
})

// Text read as protobuf soon claims more bytes than there are; only a model can be cut short.
const isWorthFetchingAgain = (error: unknown, header: ModelHeader): boolean =>
  header.irVersion > 0 || header.graphs > 0 || !isTruncation(error)

const isTruncation = (error: unknown): boolean =>
  error instanceof ModelError && error.code === 'model-truncated'

const toNotOnnx = (cause: unknown): ModelError =>
  new ModelError('model-not-onnx', 'not an ONNX model: it does not begin like one', { cause })

type ModelHeader = ReturnType<typeof emptyHeader>

function readModel(reader: WireReader, header: ModelHeader, graph: GraphContents): void {
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        header.irVersion = reader.integer()
        break
      case 2:
        header.producer.name = reader.text()
        break
      case 3:
        header.producer.version = reader.text()
        break
      case 7:
        header.graphs += 1
        readGraph(reader.message(), graph)
        break
      case 8:
        header.opsets.push(readOpset(reader.message()))
        break
      case 14:
        readEntry(reader.message(), header.metadata)
        break
      case 20:
        readTrainingInfo(reader.message(), graph.tensors)
        break
      case 25:
        header.functions.push(readFunction(reader.message(), graph.tensors))
    }
  }
}

// ONNX Runtime skips what is stored for training, but its tensors are in the file all the same.
function readTrainingInfo(reader: WireReader, tensors: FoundTensor[]): void {
  while (reader.next()) {
    if (reader.field === 1 || reader.field === 2) {
      readGraph(reader.message(), emptyGraph(tensors, new OperatorInventory()))
    }
  }
}

function readOpset(reader: WireReader): OpsetImport {
  let domain = ''
  let version = 0
  while (reader.next()) {
    if (reader.field === 1) domain = reader.text()
    else if (reader.field === 2) version = reader.integer()
  }
  return { domain: toDomain(domain), version }
}

function readFunction(reader: WireReader, tensors: FoundTensor[]): OnnxFunction {
  const graph = emptyGraph(tensors, new OperatorInventory())
  const opsets: OpsetImport[] = []
  let name = ''
  let domain = ''
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        name = reader.text()
        break
      case 7:
        readNode(reader.message(), graph)
        break
      case 9:
        opsets.push(readOpset(reader.message()))
        break
      case 10:
        domain = reader.text()
        break
      case 11:
        readAttribute(reader.message(), graph)
    }
  }
  return { domain: toDomain(domain), name, opsets, operators: graph.operators.list() }
}
