import type { DType, Tensor } from '../model/tensor.js'

/** Of a tensor with more elements than this, copying costs more than it saves. */
const maxElements = 64

/** The elements of numeric tensors of one type, all of which can be numbers. */
type Numbers = Float32Array

/** Copies of the same small tensor of many runs, behind one another in one array. */
export class TensorStack {
  readonly name: string
  readonly #dtype: DType
  readonly #shape: readonly number[]
  readonly #length: number
  readonly #rows: Numbers

  /** @param like has the type and the extents that all others must have */
  constructor(name: string, { dtype, shape, data }: Tensor, capacity: number) {
    this.name = name
    this.#dtype = dtype
    this.#shape = [...shape]
    this.#length = data.length
    const rows = isSmall(dtype, data.length) ? capacity : 0
    // Typed as one kind of numbers for all: nothing is done but to copy them.
    const Numbers = data.constructor as new (length: number) => Numbers
    this.#rows = new Numbers(data.length * rows)
  }

  /** False when the tensor is not like the first, or of a kind that is not copied. */
  put(row: number, tensor: Tensor | undefined): boolean {
    const length = this.#length
    if (tensor?.dtype !== this.#dtype || tensor.data.length !== length) return false
    if (!this.#isShape(tensor.shape)) return false
    const [rows, data] = [this.#rows, tensor.data as Numbers]
    const start = row * length
    if (start + length > rows.length) return false
    for (let i = 0; i < length; i++) rows[start + i] = data[i]!
    return true
  }

  /** The first `length` copies as one tensor with a first dimension more; a view. */
  take(length: number): Tensor {
    const data = this.#rows.subarray(0, length * this.#length)
    const shape = this.#shape.length === 0 ? [1] : this.#shape
    return { dtype: this.#dtype, shape: [length, ...shape], data }
  }

  #isShape(shape: readonly number[]): boolean {
    const own = this.#shape
    if (shape.length !== own.length) return false
    for (let i = 0; i < own.length; i++) if (shape[i] !== own[i]) return false
    return true
  }
}

const isSmall = (dtype: DType, length: number) => dtype !== 'string' && length <= maxElements
