/** Element types a tensor can have here, in the words of the Open Inference Protocol's lower case. */
export const dtypes = [
  'float32',
  'float64',
  'float16',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'bool',
  'string',
] as const

export type DType = (typeof dtypes)[number]

/** What holds the elements of each type: float16 as its bits, bool as 0 and 1, as in ONNX Runtime. */
export interface TensorDataOf {
  float32: Float32Array
  float64: Float64Array
  float16: Uint16Array
  int8: Int8Array
  int16: Int16Array
  int32: Int32Array
  int64: BigInt64Array
  uint8: Uint8Array
  uint16: Uint16Array
  uint32: Uint32Array
  uint64: BigUint64Array
  bool: Uint8Array
  string: string[]
}

export type TensorData = TensorDataOf[DType]

/** A value: row-major elements and the extent of every dimension. */
export interface Tensor {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly data: TensorData
}

export type Tensors = Readonly<Record<string, Tensor>>

/** What a model declares: a number is a fixed extent, a string names a symbolic one, null is any. */
export type Dimension = number | string | null

export interface TensorSpec {
  readonly name: string
  readonly dtype: DType
  readonly shape: readonly Dimension[]
}

export function elementCount(shape: readonly number[]): number {
  let product = 1
  for (const extent of shape) product *= extent
  return product
}

/** `[1, batch, ?]`, as people write shapes. */
export const formatShape = (shape: readonly Dimension[]): string =>
  `[${shape.map((extent) => extent ?? '?').join(', ')}]`
