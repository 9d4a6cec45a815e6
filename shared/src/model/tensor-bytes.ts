import { DocumentError } from '../errors/document-error.js'
import type { DType, TensorData } from './tensor.js'

const views = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const

/**
 * The elements as bytes, little-endian like every platform that ONNX Runtime supports; strings stay
 * a list.
 */
export function toTensorBytes(data: TensorData): Uint8Array | string[] {
  if (Array.isArray(data)) return data
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

/** @throws DocumentError when the bytes are no whole number of elements */
export function fromTensorBytes(dtype: DType, bytes: Uint8Array | string[]): TensorData {
  if (dtype === 'string') {
    if (Array.isArray(bytes)) return bytes
    throw new DocumentError('document-invalid', 'a string tensor must hold a list of strings')
  }
  const View = views[dtype]
  if (Array.isArray(bytes) || bytes.length % View.BYTES_PER_ELEMENT !== 0) {
    throw new DocumentError(
      'document-invalid',
      `a ${dtype} tensor must hold a multiple of ${View.BYTES_PER_ELEMENT} bytes`,
    )
  }
  // A copy: the bytes may lie unaligned inside a larger message. Not by `slice`, which in a Buffer
  // of Node's copies nothing.
  return new View(new Uint8Array(bytes).buffer)
}
