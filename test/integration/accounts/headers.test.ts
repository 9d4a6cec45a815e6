import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer, type RunningServer } from '../../support/running-server.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: RunningServer

beforeAll(async () => {
  folder = await temporaryFolder()
  server = await startTestServer(folder.path)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const passing = ['date', 'connection', 'keep-alive', 'content-length', 'etag', 'x-request-id']

async function headersOf(path: string, init: RequestInit = {}): Promise<Record<string, string>> {
  const response = await fetch(server.url + path, init)
  await response.arrayBuffer()
  return Object.fromEntries([...response.headers].filter(([name]) => !passing.includes(name)))
}

describe('headers of every answer', () => {
  it('keep pages apart from those of others, and scripts out of pages', async () => {
    expect(await headersOf('/')).toMatchInlineSnapshot(`
      {
        "cache-control": "no-cache",
        "content-encoding": "gzip",
        "content-security-policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        "content-type": "text/html; charset=utf-8",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "origin-agent-cluster": "?1",
        "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        "referrer-policy": "no-referrer",
        "vary": "Accept-Encoding",
        "x-content-type-options": "nosniff",
        "x-dns-prefetch-control": "off",
        "x-download-options": "noopen",
        "x-frame-options": "DENY",
        "x-permitted-cross-domain-policies": "none",
        "x-xss-protection": "0",
      }
    `)
  })

  it('isolate the gesture page, which shares memory between threads', async () => {
    expect(await headersOf('/demo/gesture/')).toMatchInlineSnapshot(`
      {
        "cache-control": "no-cache",
        "content-encoding": "gzip",
        "content-security-policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        "content-type": "text/html; charset=utf-8",
        "cross-origin-embedder-policy": "require-corp",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "origin-agent-cluster": "?1",
        "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        "referrer-policy": "no-referrer",
        "vary": "Accept-Encoding",
        "x-content-type-options": "nosniff",
        "x-dns-prefetch-control": "off",
        "x-download-options": "noopen",
        "x-frame-options": "DENY",
        "x-permitted-cross-domain-policies": "none",
        "x-xss-protection": "0",
      }
    `)
  })

  it('let nobody keep what the API answers', async () => {
    const authorization = `Bearer ${server.adminToken}`
    expect(await headersOf('/api/v1/devices', { headers: { authorization } }))
      .toMatchInlineSnapshot(`
      {
        "cache-control": "no-store",
        "content-security-policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        "content-type": "application/json",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "origin-agent-cluster": "?1",
        "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-dns-prefetch-control": "off",
        "x-download-options": "noopen",
        "x-frame-options": "DENY",
        "x-permitted-cross-domain-policies": "none",
        "x-xss-protection": "0",
      }
    `)
  })

  it('are the same on refusals', async () => {
    const refused = await headersOf('/api/v1/devices')
    expect(refused).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
      'www-authenticate': 'Bearer realm="kedge"',
    })
    const { 'content-security-policy': policy } = await headersOf('/nothing.js')
    expect(policy).toContain("frame-ancestors 'none'")
  })
})
