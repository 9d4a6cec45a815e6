import { elementCount, type Tensor, type TensorSpec } from './tensor.js'
import { fromTensorBytes } from './tensor-bytes.js'

const bytesPerElement = {
  float32: 4,
  float64: 8,
  float16: 2,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  uint8: 1,
  uint16: 2,
  uint32: 4,
  uint64: 8,
  bool: 1,
} as const

/** Inputs of zeros, with 1 for every extent a model leaves open: enough to see that it runs. */
export function zeroInputs(specs: readonly TensorSpec[]): Record<string, Tensor> {
  return Object.fromEntries(specs.map((spec) => [spec.name, zeros(spec)]))
}

function zeros({ dtype, shape: spec }: TensorSpec): Tensor {
  const shape = spec.map((extent) => (typeof extent === 'number' ? extent : 1))
  const count = elementCount(shape)
  if (dtype === 'string') return { dtype, shape, data: new Array<string>(count).fill('') }
  const bytes = new Uint8Array(count * bytesPerElement[dtype])
  return { dtype, shape, data: fromTensorBytes(dtype, bytes) }
}
