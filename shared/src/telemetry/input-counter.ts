import type { Tensors } from '../model/tensor.js'
import { fromHalf } from '../model/half.js'
import { binOf, type ReferenceProfile } from './reference-profile.js'

/** Counts inputs into the bins of the release's reference profile. */
export class InputCounter {
  readonly #inputs: readonly CountedInput[]

  constructor(profile: ReferenceProfile) {
    this.#inputs = Object.entries(profile.inputs).map(([name, features]) => ({
      name,
      features: features.map(({ edges }) => ({
        edges: Float64Array.from(edges),
        counts: new Uint32Array(edges.length + 1),
      })),
    }))
  }

  /** Element i of a row, the last dimension, counts as feature i. */
  record(inputs: Tensors): void {
    for (const { name, features } of this.#inputs) {
      const tensor = inputs[name]
      if (!tensor) continue
      const { data, dtype } = tensor
      let feature = 0
      for (let i = 0; i < data.length; i++) {
        const { edges, counts } = features[feature]!
        const raw = data[i]!
        if (typeof raw === 'string') break
        const value = dtype === 'float16' ? fromHalf(Number(raw)) : Number(raw)
        counts[binOf(edges, value)]! += 1
        feature = feature + 1 === features.length ? 0 : feature + 1
      }
    }
  }

  /** The counts so far, and starts again from zero. */
  take(): Record<string, number[][]> {
    return Object.fromEntries(
      this.#inputs.map(({ name, features }) => [
        name,
        features.map(({ counts }) => {
          const taken = [...counts]
          counts.fill(0)
          return taken
        }),
      ]),
    )
  }
}

interface CountedInput {
  readonly name: string
  readonly features: readonly { readonly edges: Float64Array; readonly counts: Uint32Array }[]
}
