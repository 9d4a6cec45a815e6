import { writeFile, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { pageRoutes } from '../../../fleet-server/src/http/page-routes.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

async function prepare(folder: string) {
  const console = path.join(folder, 'console')
  const demo = path.join(folder, 'demo')
  await mkdir(path.join(console, 'assets'), { recursive: true })
  await mkdir(demo)
  await writeFile(path.join(folder, 'secret.txt'), 'secret')
  await writeFile(path.join(console, 'index.html'), '<p>console</p>')
  await writeFile(path.join(console, 'assets/index-B4dF00dX.js'), 'x'.repeat(10_000))
  await writeFile(path.join(demo, 'index.html'), '<p>demo</p>')
  await writeFile(path.join(demo, 'ort-wasm-simd-threaded.wasm'), 'wasm')
  return new Hono().route('/', pageRoutes({ console, demo }))
}

describe('pages', () => {
  it('are the console at every path that is no file and no other door', async () => {
    await using folder = await temporaryFolder()
    const app = await prepare(folder.path)
    expect(await (await app.request('/rollouts/r-1')).text()).toBe('<p>console</p>')
    for (const missing of ['/assets/gone.js', '/api/v1/x', '/mqtt', '/demo/other']) {
      expect((await app.request(missing)).status, missing).toBe(404)
    }
  })

  it('never lead out of their folder', async () => {
    await using folder = await temporaryFolder()
    const app = await prepare(folder.path)
    for (const way of ['/..%2fsecret.txt', '/%2e%2e/secret.txt', '/assets/..%2f..%2fsecret.txt']) {
      expect(await (await app.request(way)).text()).not.toContain('secret\n')
      expect((await app.request(way)).status, way).toBe(404)
    }
  })

  it('are compressed, and kept for ever only under a name that holds their hash', async () => {
    await using folder = await temporaryFolder()
    const app = await prepare(folder.path)
    const headers = { 'accept-encoding': 'br, gzip' }
    const script = await app.request('/assets/index-B4dF00dX.js', { headers })
    expect(script.headers.get('cache-control')).toContain('immutable')
    const bytes = Buffer.from(await script.arrayBuffer())
    expect(bytes.length).toBeLessThan(1_000)
    expect(gunzipSync(bytes).length).toBe(10_000)
    for (const name of ['/', '/demo/gesture/ort-wasm-simd-threaded.wasm']) {
      expect((await app.request(name)).headers.get('cache-control'), name).toBe('no-cache')
    }
  })

  it('answer that nothing has changed, and something new once it has', async () => {
    await using folder = await temporaryFolder()
    const app = await prepare(folder.path)
    const etag = (await app.request('/')).headers.get('etag') ?? ''
    const again = () => app.request('/', { headers: { 'if-none-match': etag } })
    expect((await again()).status).toBe(304)
    await writeFile(path.join(folder.path, 'console/index.html'), '<p>built anew</p>')
    expect(await (await again()).text()).toBe('<p>built anew</p>')
  })

  it('isolate the demo, so that WebAssembly may use threads there', async () => {
    await using folder = await temporaryFolder()
    const app = await prepare(folder.path)
    const isolation = async (at: string) =>
      (await app.request(at)).headers.get('cross-origin-embedder-policy')
    expect(await isolation('/demo/gesture/')).toBe('require-corp')
    expect(await isolation('/')).toBeNull()
  })
})
