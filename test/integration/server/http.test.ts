import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createKeyFile, type KeyFile } from '@kedge/shared/trust/keys'
import { problemSchema } from '../../../fleet-server/src/http/problem.js'
import { callApi, pushModel } from '../../support/admin-api.js'
import { Browser } from '../../support/browser.js'
import { syntheticModel } from '../../support/synthetic-model.js'
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

const call = (path: string, init: RequestInit = {}) =>
  fetch(server.url + path, {
    ...init,
    headers: { authorization: `Bearer ${server.adminToken}`, ...init.headers },
  })

const json = (body: string, method = 'POST'): RequestInit => ({
  method,
  body,
  headers: { 'content-type': 'application/json' },
})

async function problemOf(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  const problem = problemSchema.parse(await response.json())
  expect(problem.status).toBe(response.status)
  return problem
}

interface OpenApi {
  paths: Record<string, Record<string, { requestBody?: unknown }>>
}

describe('HTTP door', () => {
  it('tells whether it lives and whether what it leans on answers', async () => {
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
    const ready = await fetch(`${server.url}/readyz`)
    expect(await ready.json()).toEqual({
      status: 'ready',
      checks: { database: true, broker: true },
    })
  })

  it('lets nobody at the API without the admin token', async () => {
    for (const token of ['', 'Bearer', 'Bearer wrong', `Basic ${server.adminToken}`]) {
      const response = await call('/api/v1/devices', { headers: { authorization: token } })
      expect((await problemOf(response)).code).toBe('unauthorized')
      expect(response.headers.get('www-authenticate')).toContain('Bearer')
    }
    // An address is kept in histories and logs.
    const query = `access_token=${server.adminToken}`
    for (const path of ['devices', 'events']) {
      const sneaky = await fetch(`${server.url}/api/v1/${path}?${query}`)
      expect(sneaky.status).toBe(401)
    }
  })

  it('answers an unknown path with a problem document', async () => {
    const problem = await problemOf(await call('/api/v1/nothing'))
    expect(problem).toMatchObject({ status: 404, code: 'not-found' })
  })

  it('names every field of a body that is wrong', async () => {
    const body = '{"model":"Not A Name","version":1,"select":"*"}'
    const problem = await problemOf(await call('/api/v1/rollouts', json(body)))
    expect(problem.errors?.map(({ path }) => path)).toEqual(['json.model', 'json.version'])
  })

  it('refuses a selector that it cannot read, with an example of one it can', async () => {
    const problem = await problemOf(await call('/api/v1/devices?select=a%3D%3D%3D'))
    expect(problem).toMatchObject({ status: 400, code: 'usage' })
    expect(problem.detail).toContain('site=berlin')
  })

  it('never fails itself, whatever any route is sent', async () => {
    const spec = (await (await call('/api/v1/openapi.json')).json()) as OpenApi
    const bodies = ['{bad', 'null', '[]', '"text"', '{"a":1}', '{"__proto__":{"x":1}}', '']
    const values = ['x', '%00', '..%2f..', '%F0%9F%92%A5', '1'.repeat(64), '-1']
    let tried = 0
    for (const [path, methods] of Object.entries(spec.paths)) {
      if (path === '/events') continue
      for (const method of Object.keys(methods)) {
        for (const [i, body] of bodies.entries()) {
          const filled = path.replace(/\{\w+\}/g, values[i % values.length]!)
          const hasBody = ['post', 'put', 'patch'].includes(method)
          const init = hasBody ? json(body, method.toUpperCase()) : { method }
          const response = await call(`/api/v1${filled}?limit=${body}&cursor=%ff`, init)
          expect(response.status, `${method} ${filled} ${body}`).toBeLessThan(500)
          await response.arrayBuffer()
          tried += 1
        }
      }
    }
    expect(tried).toBeGreaterThan(150)
  })

  it('refuses a body that grows too large in chunks, without waiting for its end', async () => {
    const { hostname, port } = new URL(server.url)
    const socket = connect(Number(port), hostname)
    socket.write(
      `PUT /api/v1/blobs/${'a'.repeat(64)} HTTP/1.1\r\nHost: x\r\n` +
        `Authorization: Bearer ${server.adminToken}\r\nTransfer-Encoding: chunked\r\n\r\n`,
    )
    const chunk = `${(65_536).toString(16)}\r\n${'x'.repeat(65_536)}\r\n`
    for (let i = 0; i < 4; i++) socket.write(chunk)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/^HTTP\/1.1 413 /)
    socket.on('error', () => undefined)
    socket.destroy()
  })

  it('refuses bytes that do not have the digest of their name', async () => {
    const init = { method: 'PUT', body: 'abc' }
    const problem = await problemOf(await call(`/api/v1/blobs/${'a'.repeat(64)}`, init))
    expect(problem).toMatchObject({ status: 422, code: 'digest-mismatch' })
  })

  it('describes itself by the schemas that it checks with', async () => {
    const response = await fetch(`${server.url}/api/v1/openapi.json`)
    const spec = (await response.json()) as OpenApi
    expect(Object.keys(spec.paths)).toContain('/rollouts/{id}/devices')
    expect(spec.paths['/rollouts']?.['post']?.requestBody).toBeDefined()
  })

  it('counts by route pattern, never by what a client chose', async () => {
    await call('/api/v1/devices/d-some-device')
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    expect(metrics).toContain('route="/api/v1/devices/:id"')
    expect(metrics).not.toContain('d-some-device')
  })

  it('tells what changes as it changes, to a page that can send no headers too', async () => {
    const page = new Browser(server.url)
    await page.send('POST /api/v1/session', { token: server.adminToken })
    const response = await page.send('GET /api/v1/events')
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    const key = await createKeyFile('ann')
    await pushModel(server, syntheticModel({ widths: [4, 4] }), {
      facts: { name: 'net', version: '1.0.0', createdAt: 1 },
      key: await register(key),
    })
    let heard = ''
    while (!heard.includes('event: model')) heard += (await reader.read()).value ?? ''
    expect(heard).toContain('data: {"id":"net"}')
    await page.send('DELETE /api/v1/session')
    // Whoever has signed out hears no more, though the stream was open.
    while (!(await reader.read()).done) continue
  })

  it('ends streams when the server stops', async () => {
    await using other = await temporaryFolder()
    const stopping = await startTestServer(other.path)
    const headers = { authorization: `Bearer ${stopping.adminToken}` }
    const response = await fetch(`${stopping.url}/api/v1/events`, { headers })
    await stopping[Symbol.asyncDispose]()
    expect(await response.text()).toContain(': connected')
  })
})

async function register(key: KeyFile): Promise<KeyFile> {
  const publicKey = { id: key.id, key: key.publicKey }
  await callApi(server, 'POST /publishers', { name: key.name, key: publicKey })
  return key
}
