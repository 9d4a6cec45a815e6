import { ModelError } from '../../errors/model-error.js'
import type { OnnxFunction, OnnxModel, OpsetImport } from './onnx-model.js'
import { OperatorInventory, toDomain } from './operator-inventory.js'
import { emptyGraph, readAttribute, readGraph, readNode } from './read-graph.js'
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
  const metadata = new Map<string, string>()
  const opsets: OpsetImport[] = []
  const functions: OnnxFunction[] = []
  const producer = { name: '', version: '' }
  let irVersion = 0
  let graphs = 0
  const reader = new WireReader(bytes)
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        irVersion = reader.integer()
        break
      case 2:
        producer.name = reader.text()
        break
      case 3:
        producer.version = reader.text()
        break
      case 7:
        graphs += 1
        readGraph(reader.message(), graph)
        break
      case 8:
        opsets.push(readOpset(reader.message()))
        break
      case 14:
        readEntry(reader.message(), metadata)
        break
      case 25:
        functions.push(readFunction(reader.message(), tensors))
    }
  }
  if (graphs === 0) throw new ModelError('model-not-onnx', 'not an ONNX model: it has no graph')
  return {
    irVersion,
    producer,
    graphName: graph.name,
    opsets,
    inputs: graph.inputs.filter(({ name }) => !graph.initialized.has(name)),
    outputs: graph.outputs,
    operators: graph.operators.list(),
    functions,
    initializers: tensors,
    metadata,
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
