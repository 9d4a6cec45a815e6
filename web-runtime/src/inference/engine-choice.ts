export type EngineName = 'wasm' | 'webgpu'

export interface EngineChoice {
  readonly engine: EngineName
  /** Why this one, for people. */
  readonly reason: string
}

/**
 * Which engine is to load a version. WebGPU costs 12 MB more to fetch and pays for large models only,
 * so it is used where the page asks for it or the publisher made the variant for it.
 */
export function chooseEngine(facts: {
  readonly requested: 'auto' | EngineName
  /** Execution providers the variant is made for; empty means any. */
  readonly madeFor: readonly string[]
  readonly hasAdapter: boolean
  readonly hasGoldenSamples: boolean
  /** What WebGPU did wrong with this release before. */
  readonly barred?: string | undefined
}): EngineChoice {
  const { requested, madeFor } = facts
  if (requested === 'wasm') return { engine: 'wasm', reason: 'the page asks for it' }
  if (requested === 'auto' && !madeFor.includes('webgpu')) {
    return { engine: 'wasm', reason: 'neither the page nor the model asks for WebGPU' }
  }
  if (!facts.hasAdapter) {
    return { engine: 'wasm', reason: 'this browser offers no WebGPU adapter' }
  }
  if (!facts.hasGoldenSamples) {
    return { engine: 'wasm', reason: 'there are no golden samples to check WebGPU against' }
  }
  if (facts.barred !== undefined) return { engine: 'wasm', reason: facts.barred }
  const asker = requested === 'webgpu' ? 'the page asks' : 'the model is made'
  return { engine: 'webgpu', reason: `${asker} for it` }
}
