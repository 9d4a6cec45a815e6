import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { enrolDevice } from '@kedge/shared/adapters/enrolment'
import { parseEnrolmentToken } from '@kedge/shared/protocol/enrolment'
import { generateKeyPair } from '@kedge/shared/trust/keys'
import { callApi } from '../../support/admin-api.js'
import { startTestServer, type RunningServer } from '../../support/running-server.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

const listed = 'https://shop.example'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: RunningServer
beforeAll(async () => {
  folder = await temporaryFolder()
  server = await startTestServer(folder.path, { browserOrigins: listed })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

/** What becomes of a page of `origin` that opens a WebSocket: its socket, or the answer's status. */
async function open(origin?: string): Promise<WebSocket | number> {
  const url = `${server.url.replace('http', 'ws')}/mqtt`
  const socket = new WebSocket(url, 'mqtt', origin === undefined ? {} : { origin })
  return new Promise((resolve) => {
    socket.on('error', () => undefined)
    socket.once('unexpected-response', (_request, { statusCode }) => resolve(statusCode ?? 0))
    socket.once('open', () => resolve(socket))
  })
}

async function isLetIn(origin?: string): Promise<boolean | number> {
  const outcome = await open(origin)
  if (typeof outcome === 'number') return outcome
  outcome.terminate()
  return true
}

describe('MQTT over WebSocket', () => {
  it('is for programs, pages of this server, and pages of origins that are listed', async () => {
    for (const origin of [undefined, server.url, listed]) {
      expect([origin, await isLetIn(origin)]).toEqual([origin, true])
    }
  })

  it('is not for pages of anybody else', async () => {
    const others = [
      'https://evil.example',
      'null',
      `${listed}:8443`,
      `${listed}.evil.example`,
      server.url.replace('http:', 'https:'),
      server.url.replace(/:\d+$/, ':1'),
      'not an origin',
    ]
    for (const origin of others) expect([origin, await isLetIn(origin)]).toEqual([origin, 403])
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    expect(metrics).toMatch(`kedge_broker_refused_total{reason="foreign-page"} ${others.length}\n`)
  })

  it('is for a page whose own backend has got it a session', async () => {
    const origin = 'https://backend.example'
    expect(await isLetIn(origin)).toBe(403)
    const { token } = await callApi<{ token: string }>(server, 'POST /browser-sessions', {})
    await enrolDevice({
      ...{ kind: 'browser', url: server.url, labels: {}, keys: await generateKeyPair(false) },
      secret: parseEnrolmentToken(token).secret,
      fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, origin } }),
    })
    expect(await isLetIn(origin)).toBe(true)
  })

  it('ends a connection whose frame is longer than any packet, before it has come', async () => {
    const socket = await open()
    if (typeof socket === 'number') throw new TypeError(`refused with ${socket}`)
    const closed = once(socket, 'close')
    // The first bytes of one masked binary frame that says it is 1 GiB long (RFC 6455, 5.2).
    const head = Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4])
    ;(socket as unknown as { _socket: NodeJS.WritableStream })._socket.write(head)
    const [code] = (await closed) as [number]
    // Message too big (RFC 6455, section 7.4.1).
    expect(code).toBe(1009)
  })
})
