import { InvariantError } from '../errors/kedge-error.js'
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
  /** Undefined where there is nothing that can be copied. */
  readonly #rows: Numbers | undefined

  /** @param like has the type and the extents that all others must have */
  constructor(name: string, { dtype, shape, data }: Tensor, capacity: number) {
    this.name = name
    this.#dtype = dtype
    this.#shape = [...shape]
    this.#length = data.length
    // Typed as one kind of numbers for all: nothing is done but to copy them.
    const Numbers = data.constructor as new (length: number) => Numbers
    this.#rows = isSmall(dtype, data.length) ? new Numbers(data.length * capacity) : undefined
  }

  /** False when the tensor is not like the first, or of a kind that is not copied. */
  put(row: number, tensor: Tensor | undefined): boolean {
    const [rows, length] = [this.#rows, this.#length]
    if (!rows || tensor?.dtype !== this.#dtype || tensor.data.length !== length) return false
    if (!this.#isShape(tensor.shape)) return false
    const data = tensor.data as Numbers
    const start = row * length
    for (let i = 0; i < length; i++) rows[start + i] = data[i]!
    return true
  }

  /**
   * The first `length` copies as one tensor with a first dimension more; a view.
   *
   * @throws InvariantError when nothing was put
   */
  take(length: number): Tensor {
    if (!this.#rows) throw new InvariantError(`${this.name} is not copied`)
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
