import { describe, expect, it } from 'vitest'
import { chooseEngine } from '../../../../web-runtime/src/inference/engine-choice.js'

const facts = { requested: 'auto', madeFor: [], hasAdapter: true, hasGoldenSamples: true } as const

describe('engine choice', () => {
  it.each([
    ['takes WebAssembly where nobody asks for WebGPU', {}, 'wasm'],
    ['takes WebGPU where the page asks', { requested: 'webgpu' }, 'webgpu'],
    ['takes WebGPU for a variant made for it', { madeFor: ['webgpu'] }, 'webgpu'],
    ['lets the page refuse WebGPU', { requested: 'wasm', madeFor: ['webgpu'] }, 'wasm'],
    ['needs an adapter', { requested: 'webgpu', hasAdapter: false }, 'wasm'],
    ['needs golden samples', { requested: 'webgpu', hasGoldenSamples: false }, 'wasm'],
    ['remembers a failure', { requested: 'webgpu', barred: 'wrong numbers' }, 'wasm'],
  ] as const)('%s', (_claim, change, engine) => {
    const choice = chooseEngine({ ...facts, ...change })
    expect(choice.engine).toBe(engine)
    expect(choice.reason).not.toBe('')
  })
})
