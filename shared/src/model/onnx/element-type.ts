import { dtypes, type DType } from '../tensor.js'

/**
 * `TensorProto.DataType` by number: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 * Those that are not a `DType` can occur in a file but not in the tensors of a run.
 */
const byNumber = [
  'undefined',
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
  'bfloat16',
  'float8e4m3fn',
  'float8e4m3fnuz',
  'float8e5m2',
  'float8e5m2fnuz',
  'uint4',
  'int4',
  'float4e2m1',
  'float8e8m0',
  'uint2',
  'int2',
] as const

export type ElementType = (typeof byNumber)[number] | 'unknown'

export const toElementType = (number: number): ElementType => byNumber[number] ?? 'unknown'

export const toElementTypeNumber = (dtype: DType): number => byNumber.indexOf(dtype)

export const isDType = (type: ElementType): type is DType =>
  (dtypes as readonly string[]).includes(type)
