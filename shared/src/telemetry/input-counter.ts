import { fromHalf } from '../model/half.js'
import type { Tensor, Tensors } from '../model/tensor.js'
import type { ReferenceProfile } from './reference-profile.js'

/** Counts inputs into the bins of the release's reference profile. */
export class InputCounter {
  readonly #inputs: readonly BinnedInput[]

  constructor(profile: ReferenceProfile) {
    this.#inputs = Object.entries(profile.inputs).map(
      ([name, features]) =>
        new BinnedInput(
          name,
          features.map(({ edges }) => edges),
        ),
    )
  }

  /** @param runs how many have their inputs behind one another in each tensor */
  record(inputs: Tensors, runs: number): void {
    for (const input of this.#inputs) {
      const tensor = inputs[input.name]
      if (tensor) input.record(tensor, runs)
    }
  }

  /** The counts so far, and starts again from zero. */
  take(): Record<string, number[][]> {
    return Object.fromEntries(this.#inputs.map((input) => [input.name, input.take()]))
  }
}

/** One input's bins. All features lie in one array: a cache line serves several of them. */
class BinnedInput {
  readonly name: string
  readonly #edges: Float64Array
  readonly #counts: Uint32Array
  /** Of feature i, the first edge; of the one after the last, the end. */
  readonly #starts: Int32Array

  constructor(name: string, edges: readonly (readonly number[])[]) {
    this.name = name
    this.#edges = Float64Array.from(edges.flat())
    this.#starts = new Int32Array(edges.length + 1)
    edges.forEach((own, i) => (this.#starts[i + 1] = this.#starts[i]! + own.length))
    // A feature has one bin more than it has edges.
    this.#counts = new Uint32Array(this.#edges.length + edges.length)
  }

  /** Element i of a row, the last dimension, counts as feature i. */
  record(tensor: Tensor, runs: number): void {
    if (tensor.dtype === 'string' || this.#starts.length === 1) return
    const length = tensor.data.length / runs
    for (let run = 0; run < runs; run++) this.#recordRows(tensor, run * length, length)
  }

  #recordRows({ data, dtype }: Tensor, start: number, length: number): void {
    const features = this.#starts.length - 1
    let feature = 0
    for (let i = start; i < start + length; i++) {
      const raw = data[i]!
      const value = dtype === 'float16' ? fromHalf(Number(raw)) : Number(raw)
      this.#count(feature, value)
      feature = feature + 1 === features ? 0 : feature + 1
    }
  }

  take(): number[][] {
    const taken: number[][] = []
    for (let i = 0; i + 1 < this.#starts.length; i++) {
      taken.push([...this.#counts.subarray(this.#starts[i]! + i, this.#starts[i + 1]! + i + 1)])
    }
    this.#counts.fill(0)
    return taken
  }

  /** The bin is the number of edges that are not above the value, as in `binOf`. */
  #count(feature: number, value: number): void {
    const edges = this.#edges
    let low = this.#starts[feature]!
    let high = this.#starts[feature + 1]!
    while (low < high) {
      const middle = (low + high) >>> 1
      if (value < edges[middle]!) high = middle
      else low = middle + 1
    }
    this.#counts[low + feature]! += 1
  }
}
