import { toHalf } from '@kedge/shared/model/half'
import { ModelError } from '@kedge/shared/errors/model-error'
import { isDType, toElementType, type ElementType } from '@kedge/shared/model/onnx/element-type'
import { WireReader } from '@kedge/shared/model/onnx/wire-reader'
import { fromTensorBytes } from '@kedge/shared/model/tensor-bytes'
import { elementCount, formatShape, type DType, type Tensor } from '@kedge/shared/model/tensor'
import { concatBytes, decodeUtf8 } from '@kedge/shared/util/bytes'

/** What a `TensorProto` holds, before its elements are put together. */
interface Found {
  name: string
  elementType: ElementType
  shape: number[]
  /** `raw_data`, or `float_data` and `double_data`, which are the same bytes. */
  pieces: Uint8Array[]
  integers: number[]
  texts: string[]
}

/**
 * Reads the serialized tensor of a file such as `input_0.pb` in ONNX test data.
 *
 * @throws ModelError `model-not-onnx` or `model-truncated` when it is none
 */
export function readTensorProto(bytes: Uint8Array): { name: string; tensor: Tensor } {
  const found = readFields(bytes)
  const { name, elementType, shape } = found
  if (!isDType(elementType)) {
    throw new ModelError('model-not-onnx', `no tensor: its element type is ${elementType}`)
  }
  const data = toData(elementType, found)
  if (data.length !== elementCount(shape)) {
    throw new ModelError(
      'model-not-onnx',
      `no tensor: ${data.length} elements do not fill the shape ${formatShape(shape)}`,
    )
  }
  return { name, tensor: { dtype: elementType, shape, data } }
}

function readFields(bytes: Uint8Array): Found {
  const found: Found = {
    name: '',
    elementType: 'undefined',
    shape: [],
    pieces: [],
    integers: [],
    texts: [],
  }
  const reader = new WireReader(bytes)
  const piece = () => {
    const { offset, length } = reader.range()
    return bytes.subarray(offset, offset + length)
  }
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        reader.integers(found.shape)
        break
      case 2:
        found.elementType = toElementType(reader.integer())
        break
      // int32_data, which smaller types and float16 bits travel in too; int64_data; uint64_data
      case 5:
      case 7:
      case 11:
        reader.integers(found.integers)
        break
      case 6:
        found.texts.push(decodeUtf8(piece()))
        break
      case 8:
        found.name = reader.text()
        break
      case 4:
      case 9:
      case 10:
        found.pieces.push(piece())
    }
  }
  return found
}

function toData(dtype: DType, { pieces, integers, texts }: Found): Tensor['data'] {
  if (dtype === 'string') return texts
  if (pieces.length > 0) return fromTensorBytes(dtype, concatBytes(pieces))
  if (dtype === 'int64') return BigInt64Array.from(integers, BigInt)
  if (dtype === 'uint64') return BigUint64Array.from(integers, (n) => BigInt.asUintN(64, BigInt(n)))
  // int32_data holds the bits of a float16, not its value.
  if (dtype === 'float16') return Uint16Array.from(integers)
  return fromNumbers(dtype, integers)
}

/** A tensor's elements from numbers that its type can hold. */
export function fromNumbers(
  dtype: Exclude<DType, 'string' | 'int64' | 'uint64'>,
  numbers: readonly number[],
): Tensor['data'] {
  if (dtype === 'float16') return Uint16Array.from(numbers, toHalf)
  const empty = fromTensorBytes(dtype, new Uint8Array()) as Float32Array
  return (empty.constructor as Float32ArrayConstructor).from(numbers)
}
