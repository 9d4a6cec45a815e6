import { TensorError } from '@kedge/shared/errors/model-error'
import type { DType, Tensor, TensorData } from '@kedge/shared/model/tensor'
import { fromDatatype, knownDatatypes } from './datatypes.js'
import { toHalf } from '@kedge/shared/model/half'

/** A tensor as a request carries it: row-major elements, flat or nested. */
export interface RequestTensor {
  readonly name: string
  readonly shape: number[]
  readonly datatype: string
  readonly data: unknown[]
}

/** @throws TensorError naming the tensor and the element that its data type does not hold */
export function decodeTensor({ name, shape, datatype, data }: RequestTensor): Tensor {
  const dtype = fromDatatype(datatype)
  if (dtype === undefined) {
    throw new TensorError(
      `input "${name}" has datatype ${JSON.stringify(datatype)}; known are ${knownDatatypes}`,
    )
  }
  const elements = Array.isArray(data[0]) ? data.flat<unknown[], number>(Infinity) : data
  return { dtype, shape, data: toTensorData(elements, { name, dtype, datatype }) }
}

interface Naming {
  readonly name: string
  readonly dtype: DType
  readonly datatype: string
}

const integers = {
  int8: { View: Int8Array, low: -128, high: 127 },
  int16: { View: Int16Array, low: -32_768, high: 32_767 },
  int32: { View: Int32Array, low: -2_147_483_648, high: 2_147_483_647 },
  uint8: { View: Uint8Array, low: 0, high: 255 },
  uint16: { View: Uint16Array, low: 0, high: 65_535 },
  uint32: { View: Uint32Array, low: 0, high: 4_294_967_295 },
} as const

const wide = {
  int64: { View: BigInt64Array, low: -(2n ** 63n), high: 2n ** 63n - 1n },
  uint64: { View: BigUint64Array, low: 0n, high: 2n ** 64n - 1n },
} as const

function toTensorData(elements: readonly unknown[], naming: Naming): TensorData {
  const { dtype } = naming
  switch (dtype) {
    case 'float32':
      return Float32Array.from(numbers(elements, naming))
    case 'float64':
      return Float64Array.from(numbers(elements, naming))
    case 'float16':
      return Uint16Array.from(numbers(elements, naming), toHalf)
    case 'bool':
      return Uint8Array.from(elements, (element, i) => toBit(element, i, naming))
    case 'string':
      return elements.map((element, i) =>
        typeof element === 'string' ? element : refuse(element, i, naming),
      )
    case 'int64':
    case 'uint64': {
      const { View, low, high } = wide[dtype]
      return View.from(
        elements.map((element, i) => {
          const value = toBigInt(element)
          return value !== undefined && value >= low && value <= high
            ? value
            : refuse(element, i, naming)
        }),
      )
    }
    default: {
      const { View, low, high } = integers[dtype]
      return View.from(
        numbers(elements, naming, (value) => {
          return Number.isInteger(value) && value >= low && value <= high
        }),
      )
    }
  }
}

function numbers(
  elements: readonly unknown[],
  naming: Naming,
  fits: (value: number) => boolean = () => true,
): number[] {
  for (let i = 0; i < elements.length; i++) {
    const element = elements[i]
    if (typeof element !== 'number' || !fits(element)) refuse(element, i, naming)
  }
  return elements as number[]
}

function toBit(element: unknown, index: number, naming: Naming): number {
  if (element === true || element === 1) return 1
  if (element === false || element === 0) return 0
  return refuse(element, index, naming)
}

/** JSON numbers are exact up to 2^53; beyond that the digits may come as a string. */
function toBigInt(element: unknown): bigint | undefined {
  if (Number.isSafeInteger(element)) return BigInt(element as number)
  if (typeof element === 'string' && /^-?\d{1,20}$/.test(element)) return BigInt(element)
  return undefined
}

function refuse(element: unknown, index: number, { name, datatype }: Naming): never {
  const shown = JSON.stringify(element)?.slice(0, 40)
  throw new TensorError(`input "${name}": element ${index} is ${shown}, which is not ${datatype}`)
}
