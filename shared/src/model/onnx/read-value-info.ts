import type { Dimension } from '../tensor.js'
import { toElementType, type ElementType } from './element-type.js'
import type { OnnxValue } from './onnx-model.js'
import type { WireReader } from './wire-reader.js'

type NonTensorKind = Exclude<OnnxValue['kind'], 'tensor'>

// The fields of `TypeProto`; field 1 is the dense tensor.
const nonTensorKinds: Readonly<Record<number, NonTensorKind>> = {
  4: 'sequence',
  5: 'map',
  7: 'opaque',
  8: 'sparse-tensor',
  9: 'optional',
}

type ValueType =
  { kind: 'tensor'; elementType: ElementType; shape: Dimension[] | null } | { kind: NonTensorKind }

/** Reads a `ValueInfoProto`. */
export function readValueInfo(reader: WireReader): OnnxValue {
  let name = ''
  let type: ValueType = { kind: 'untyped' }
  while (reader.next()) {
    if (reader.field === 1) name = reader.text()
    else if (reader.field === 2) type = readType(reader.message())
  }
  return { name, ...type }
}

function readType(reader: WireReader): ValueType {
  let type: ValueType = { kind: 'untyped' }
  while (reader.next()) {
    const kind = nonTensorKinds[reader.field]
    if (reader.field === 1) type = readTensorType(reader.message())
    else if (kind !== undefined) type = { kind }
  }
  return type
}

function readTensorType(reader: WireReader): ValueType {
  let elementType: ElementType = 'undefined'
  let shape: Dimension[] | null = null
  while (reader.next()) {
    if (reader.field === 1) elementType = toElementType(reader.integer())
    else if (reader.field === 2) shape = readShape(reader.message())
  }
  return { kind: 'tensor', elementType, shape }
}

function readShape(reader: WireReader): Dimension[] {
  const shape: Dimension[] = []
  while (reader.next()) {
    if (reader.field === 1) shape.push(readDimension(reader.message()))
  }
  return shape
}

function readDimension(reader: WireReader): Dimension {
  let dimension: Dimension = null
  while (reader.next()) {
    if (reader.field === 1) {
      const extent = reader.integer()
      // Some exporters write -1 where the extent is not known.
      dimension = extent < 0 ? null : extent
    } else if (reader.field === 2) {
      dimension = reader.text() || null
    }
  }
  return dimension
}
