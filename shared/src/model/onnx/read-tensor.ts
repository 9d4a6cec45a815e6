import { toElementType, type ElementType } from './element-type.js'
import type { ExternalData, OnnxInitializer } from './onnx-model.js'
import type { ByteRange, WireReader } from './wire-reader.js'

const EXTERNAL = 1

/** A stored tensor whose name may still be that of its node. */
export type FoundTensor = { -readonly [K in keyof OnnxInitializer]: OnnxInitializer[K] }

/** Reads a `TensorProto` without touching its elements. */
export function readTensor(reader: WireReader): FoundTensor {
  const dims: number[] = []
  const entries = new Map<string, string>()
  let name = ''
  let elementType: ElementType = 'undefined'
  let isExternal = false
  let payload: ByteRange | undefined
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        reader.integers(dims)
        break
      case 2:
        elementType = toElementType(reader.integer())
        break
      case 8:
        name = reader.text()
        break
      case 13:
        readEntry(reader.message(), entries)
        break
      case 14:
        isExternal = reader.integer() === EXTERNAL
        break
      // float_data, int32_data, string_data, int64_data, raw_data, double_data, uint64_data
      case 4:
      case 5:
      case 6:
      case 7:
      case 9:
      case 10:
      case 11:
        payload = span(payload, reader.range())
    }
  }
  const external = isExternal || entries.size > 0 ? toExternal(entries) : undefined
  return { name, elementType, dims, payload, external }
}

/** Reads a `SparseTensorProto`: two stored tensors, the values and where they belong. */
export function readSparseTensor(reader: WireReader): FoundTensor[] {
  const tensors: FoundTensor[] = []
  while (reader.next()) {
    if (reader.field === 1 || reader.field === 2) tensors.push(readTensor(reader.message()))
  }
  return tensors
}

/** Reads a `StringStringEntryProto` into `entries`. */
export function readEntry(reader: WireReader, entries: Map<string, string>): void {
  let key = ''
  let value = ''
  while (reader.next()) {
    if (reader.field === 1) key = reader.text()
    else if (reader.field === 2) value = reader.text()
  }
  entries.set(key, value)
}

// Typed data may come in pieces, packed or one by one; the tensor then reaches over all of them.
function span(before: ByteRange | undefined, next: ByteRange): ByteRange {
  if (before === undefined) return next
  return { offset: before.offset, length: next.offset + next.length - before.offset }
}

const toExternal = (entries: ReadonlyMap<string, string>): ExternalData => ({
  location: entries.get('location') ?? '',
  offset: entries.get('offset'),
  length: entries.get('length'),
})
