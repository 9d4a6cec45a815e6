import { expect } from '@playwright/test'
import { pagesDir } from './support/build-pages.js'
import { openRooms, test } from './support/rooms-test.js'
import { startStaticServer } from './support/static-server.js'
import type {} from './pages/rooms.js'

test.describe('inference in a worker', () => {
  test('runs a version on WebAssembly and passes its golden samples', async ({
    roomsPage: page,
  }) => {
    const result = await page.evaluate(async () => {
      const host = await rooms.inferenceHost('auto')
      const { spec, samples } = await rooms.scaleSpec(3)
      const runner = await host.start(spec)
      const probe = await runner.probe(samples)
      const { outputs, version } = await runner.run({ x: rooms.vector(1, 2, 3, 4) })
      await runner[Symbol.asyncDispose]()
      return { provider: probe.provider, y: [...outputs['y']!.data], version }
    })
    expect(result).toEqual({ provider: 'wasm', y: [3, 6, 9, 12], version: '1.0.0' })
  })

  test('fetches one WebAssembly file, the small one', async ({ roomsPage: page }) => {
    const fetched: string[] = []
    page.on('request', (request) => {
      if (request.url().includes('.wasm')) fetched.push(request.url().replace(/-[^-]*\.wasm$/, ''))
    })
    await page.evaluate(async () => {
      const host = await rooms.inferenceHost('auto')
      for (const factor of [1, 2]) await host.start((await rooms.scaleSpec(factor)).spec)
    })
    expect(new Set(fetched.map((url) => url.split('/').at(-1)))).toEqual(
      new Set(['ort-wasm-simd-threaded']),
    )
  })

  test('refuses a model that ONNX Runtime does not load, with its reason', async ({
    roomsPage: page,
  }) => {
    const error = await page.evaluate(async () => {
      const host = await rooms.inferenceHost('wasm')
      const { spec } = await rooms.scaleSpec(3)
      return host
        .start({ ...spec, model: new Uint8Array(100) })
        .catch(({ code, message }: { code: string; message: string }) => ({ code, message }))
    })
    expect(error).toMatchObject({ code: 'probe-failed' })
  })

  test('names the tensor and both shapes when an input does not fit', async ({
    roomsPage: page,
  }) => {
    const message = await page.evaluate(async () => {
      const host = await rooms.inferenceHost('wasm')
      const runner = await host.start((await rooms.scaleSpec(3)).spec)
      return runner.run({ x: rooms.vector(1, 2) }).catch((error: Error) => error.message)
    })
    expect(message).toBe('input "x" must have shape [1, 4], not [1, 2]')
  })

  test('notices the end of a worker and fails what waits for it', async ({ roomsPage: page }) => {
    const result = await page.evaluate(async () => {
      const RealWorker = window.Worker
      const workers: Worker[] = []
      window.Worker = class extends RealWorker {
        constructor(...args: ConstructorParameters<typeof Worker>) {
          super(...args)
          workers.push(this)
        }
      }
      const host = await rooms.inferenceHost('wasm')
      const runner = await host.start((await rooms.scaleSpec(3)).spec)
      const ended = new Promise<string>((resolve) => runner.onExit(resolve))
      workers[0]!.dispatchEvent(new ErrorEvent('error', { message: 'out of memory' }))
      const reason = await ended
      const code = await runner
        .run({ x: rooms.vector(1, 2, 3, 4) })
        .catch((error: { code: string }) => error.code)
      return { reason, code }
    })
    expect(result).toEqual({ reason: 'out of memory', code: 'runner-crashed' })
  })

  test('uses threads on an isolated page', async ({ page, roomsServer: _built }) => {
    await using isolated = await startStaticServer(pagesDir, {
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    })
    await openRooms(page, isolated)
    const result = await page.evaluate(async () => {
      const host = await rooms.inferenceHost('wasm', 2)
      const runner = await host.start((await rooms.scaleSpec(3)).spec)
      const { outputs } = await runner.run({ x: rooms.vector(1, 2, 3, 4) })
      return { isolated: crossOriginIsolated, y: [...outputs['y']!.data] }
    })
    expect(result).toEqual({ isolated: true, y: [3, 6, 9, 12] })
    // The threads are further workers of the same script.
    expect(page.workers().length).toBeGreaterThan(1)
  })
})
