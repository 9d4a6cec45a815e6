import { expect } from '@playwright/test'
import { test } from './support/rooms-test.js'
import type {} from './pages/rooms.js'

test.describe('inference on WebGPU', () => {
  test('agrees with WebAssembly', async ({ roomsPage: page }) => {
    const result = await page.evaluate(async () => {
      const outputs: Record<string, number[]> = {}
      for (const engine of ['wasm', 'webgpu'] as const) {
        const host = await rooms.inferenceHost(engine)
        const { spec, samples } = await rooms.scaleSpec(1.7)
        const runner = await host.start(spec)
        const { provider } = await runner.probe(samples)
        const { outputs: y } = await runner.run({ x: rooms.vector(0.1, -2, 3e5, 4e-3) })
        outputs[provider] = Array.from(y['y']!.data as Float32Array)
        await runner[Symbol.asyncDispose]()
      }
      return outputs
    })
    expect(Object.keys(result).sort()).toEqual(['wasm', 'webgpu'])
    result['webgpu']!.forEach((value, i) => expect(value).toBeCloseTo(result['wasm']![i]!, 5))
  })

  test('is used without being asked for where the publisher made the variant for it', async ({
    roomsPage: page,
  }) => {
    const provider = await page.evaluate(async () => {
      const host = await rooms.inferenceHost('auto')
      const { spec } = await rooms.scaleSpec(2, { providers: ['webgpu'] })
      return (await host.start(spec)).provider
    })
    expect(provider).toBe('webgpu')
  })

  test('gives way to WebAssembly when it misses the golden samples, and says why', async ({
    roomsPage: page,
  }) => {
    const result = await page.evaluate(async () => {
      const host = await rooms.inferenceHost('webgpu')
      // Samples of another factor stand for an adapter that computes wrong numbers.
      const { spec } = await rooms.scaleSpec(2)
      const wrong = (await rooms.scaleSpec(5)).samples
      const runner = await host.start(spec)
      const before = runner.provider
      const probe = await runner.probe(wrong).catch((error: { code: string }) => error.code)
      const after = runner.provider
      const heard = rooms.heard.at(-1)
      // A release is probed once; what the probe found holds for every later start.
      const later = await rooms.inferenceHost('webgpu')
      const again = (await later.start((await rooms.scaleSpec(2)).spec)).provider
      return { before, probe, after, heard, again }
    })
    expect(result).toMatchObject({ before: 'webgpu', probe: 'golden-mismatch', after: 'wasm' })
    expect(result.heard).toContain('WebGPU will not do')
    expect(result.again).toBe('wasm')
  })
})
