import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  hostileText,
  NearlyValid,
  operationsOf,
  type OpenApiDocument,
  type Operation,
} from '../../support/openapi-arbitrary.js'
import { startTestServer, type RunningServer } from '../../support/running-server.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

// V4: what the API says it takes, nearly. KEDGE_FUZZ_RUNS makes it longer, KEDGE_FUZZ_SEED repeats it.

const runs = Number(process.env['KEDGE_FUZZ_RUNS'] ?? 1_500)
const seed = Number(process.env['KEDGE_FUZZ_SEED'] ?? 20_260)

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: RunningServer
let spec: OpenApiDocument

beforeAll(async () => {
  folder = await temporaryFolder()
  server = await startTestServer(folder.path)
  spec = (await (await fetch(`${server.url}/api/v1/openapi.json`)).json()) as OpenApiDocument
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

interface Attempt {
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: string | undefined
}

/** The status alone; an answer that does not end, as that of events, is left. */
async function statusOf({ method, path, headers, body }: Attempt): Promise<number> {
  const sent = request(server.url + path, { method, headers })
  sent.end(body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  response.destroy()
  return response.statusCode ?? 0
}

const inUrl = (text: unknown) => encodeURIComponent(String(text).replace(/[\ud800-\udfff]/g, '?'))
const inHeader = hostileText.map((text) => text.replace(/[^\x20-\x7e]/g, '').slice(0, 2_000))

const contentTypes = ['application/json', 'application/json; charset=utf-16', 'text/plain', '', '/']

function attemptsOf(operation: Operation, nearly: NearlyValid): fc.Arbitrary<Attempt> {
  const { parameters = [], requestBody, method } = operation
  const parametersOf = (place: 'path' | 'query') =>
    fc.record(
      Object.fromEntries(
        parameters
          .filter((one) => one.in === place)
          .map(({ name, schema }) => [name, fc.oneof(nearly.of(schema), hostileText)]),
      ),
      place === 'path' ? {} : { requiredKeys: [] },
    )
  const [content] = Object.values(requestBody?.content ?? {})
  const body = fc.oneof(
    {
      weight: 9,
      arbitrary: nearly.of(content?.schema ?? {}).map((value) => JSON.stringify(value)),
    },
    { weight: 1, arbitrary: hostileText },
  )
  return fc
    .record({
      inPath: parametersOf('path'),
      inQuery: parametersOf('query'),
      more: fc.dictionary(hostileText, hostileText, { maxKeys: 2 }),
      headers: fc.record(
        { accept: inHeader, cookie: inHeader, origin: inHeader, 'x-forwarded-for': inHeader },
        { requiredKeys: [] },
      ),
      type: fc.constantFrom(...contentTypes),
      body,
    })
    .map(({ inPath, inQuery, more, headers, type, body: text }) => {
      const names = inPath as Record<string, unknown>
      const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => inUrl(names[name]))
      const query = Object.entries({ ...more, ...inQuery })
        .map(([name, value]) => `${inUrl(name)}=${inUrl(value)}`)
        .join('&')
      const hasBody = ['post', 'put', 'patch'].includes(method)
      return {
        method: method.toUpperCase(),
        path: `/api/v1${path}?${query}`,
        headers: {
          ...(headers as Record<string, string>),
          authorization: `Bearer ${server.adminToken}`,
          ...(hasBody ? { 'content-type': type } : {}),
        },
        body: hasBody ? text : undefined,
      }
    })
}

describe('HTTP under fuzz', () => {
  it('answers whatever it is sent, and never fails itself', async () => {
    const nearly = new NearlyValid(spec)
    const operations = operationsOf(spec)
    const tally = new Map<string, number>()
    const attempts = fc.oneof(...operations.map((operation) => attemptsOf(operation, nearly)))
    await fc.assert(
      fc.asyncProperty(attempts, async (attempt) => {
        const status = await statusOf(attempt)
        const kind = `${Math.floor(status / 100)}xx`
        tally.set(kind, (tally.get(kind) ?? 0) + 1)
        return status >= 200 && status < 500
      }),
      { numRuns: runs, seed, endOnFailure: true },
    )
    // As many schemas accept as refuse, or it would have fuzzed the first check alone.
    expect(tally.get('2xx')).toBeGreaterThan(runs / 20)
    expect(tally.get('4xx')).toBeGreaterThan(runs / 20)
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
  }, 300_000)

  it('answers bytes that are no HTTP with 4xx or a closed door', async () => {
    const { hostname, port } = new URL(server.url)
    const heads = [
      'GET\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      'GET /api/v1/devices HTTP/1.1\r\n\r\n',
      'GET /api/v1/devices HTTP/1.1\r\nHost: a b\r\n\r\n',
      'GET /api/v1/devices HTTP/1.1\r\nHost: \\\r\n\r\n',
      'GET http:// HTTP/1.1\r\nHost: x\r\n\r\n',
      'GET //// HTTP/1.1\r\nHost: x\r\n\r\n',
      'GET /%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n',
      'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n',
      'POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
      `GET / HTTP/1.1\r\nHost: x\r\nCookie: ${'a'.repeat(40_000)}\r\n\r\n`,
      'POST /api/v1/session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
      '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    ]
    for (const head of heads) {
      const socket = connect(Number(port), hostname)
      let heard = ''
      socket.on('data', (bytes: Buffer) => (heard += bytes.toString('latin1')))
      socket.on('error', () => undefined)
      socket.end(Buffer.from(head, 'latin1'))
      await once(socket, 'close')
      const status = /^HTTP\/1\.1 (\d)\d\d/.exec(heard)?.[1]
      expect(['2', '3', '4', undefined], `${head}: ${heard}`).toContain(status)
    }
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
  })

  it.each([
    ['PUT', `/api/v1/blobs/${'a'.repeat(64)}`, 128 * 1_024],
    ['POST', '/api/v1/enrol', 16 * 1_024],
    ['POST', '/api/v1/session', 16 * 1_024],
    ['POST', '/api/v1/rollouts', 8 * 1_024 * 1_024],
  ])('refuses %s %s beyond its limit, also in chunks of unsaid length', async (...of) => {
    const [method, path, limit] = of
    const { hostname, port } = new URL(server.url)
    const socket = connect(Number(port), hostname)
    socket.on('error', () => undefined)
    socket.write(
      `${method} ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n` +
        `Authorization: Bearer ${server.adminToken}\r\nTransfer-Encoding: chunked\r\n\r\n`,
    )
    const size = 65_536
    const chunk = `${size.toString(16)}\r\n${' '.repeat(size)}\r\n`
    for (let sent = 0; sent <= limit + size; sent += size) socket.write(chunk)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/^HTTP\/1.1 413 /)
    socket.destroy()
  })
})
