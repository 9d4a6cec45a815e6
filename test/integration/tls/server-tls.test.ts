import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import path from 'node:path'
import { connect as connectTls } from 'node:tls'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { startTestServer, type RunningServer } from '../../support/running-server.js'
import { temporaryFolder } from '../../support/temporary-folder.js'
import { trustingFetch } from '../../support/trusting-fetch.js'

const run = promisify(execFile)

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: RunningServer
let ca: string
let port: number
beforeAll(async () => {
  folder = await temporaryFolder()
  server = await startTestServer(folder.path, { tls: true })
  ca = await readFile(path.join(folder.path, 'tls/ca.pem'), 'utf8')
  port = Number(new URL(server.url).port)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

/** What a client hears on a port of this machine until the server hangs up. */
async function say(to: number, bytes: string | Uint8Array): Promise<Buffer> {
  const socket = connect(to, '127.0.0.1')
  const heard: Buffer[] = []
  socket.on('data', (part: Buffer) => heard.push(part))
  socket.on('error', () => undefined)
  socket.write(bytes)
  await once(socket, 'close')
  return Buffer.concat(heard)
}

describe('TLS with an authority of its own', () => {
  it('serves the API under a certificate that the authority signed', async () => {
    const fetch = trustingFetch(ca)
    expect(server.url).toMatch(/^https:/)
    for (const host of ['127.0.0.1', 'localhost']) {
      const response = await fetch(`https://${host}:${port}/healthz`)
      expect(response.status).toBe(200)
    }
  })

  it('is trusted by nobody who does not know the authority', async () => {
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow()
  })

  it('shows a certificate with a chain that openssl finds in order', async () => {
    const leaf = path.join(folder.path, 'leaf.pem')
    const pem = await readFile(path.join(folder.path, 'tls/server.pem'), 'utf8')
    await writeFile(leaf, pem)
    const ca = path.join(folder.path, 'tls/ca.pem')
    const strict = ['verify', '-x509_strict', '-purpose', 'sslserver', '-verify_ip', '127.0.0.1']
    const { stdout } = await run('openssl', [...strict, '-CAfile', ca, leaf])
    expect(stdout).toMatch(/: OK/)
    const text = (await run('openssl', ['x509', '-in', ca, '-noout', '-text'])).stdout
    expect(text).toMatch(/CA:TRUE, pathlen:0/)
    expect(text).toMatch(/Certificate Sign, CRL Sign/)
  })

  it('keeps its keys to their owner', async () => {
    for (const name of ['ca-key.pem', 'server.pem']) {
      const { mode } = await stat(path.join(folder.path, 'tls', name))
      expect([name, mode & 0o777]).toEqual([name, 0o600])
    }
  })

  it('speaks TLS on the MQTT port too', async () => {
    const socket = connectTls({ host: '127.0.0.1', port: server.mqttPort!, ca })
    await once(socket, 'secureConnect')
    expect(socket.authorized).toBe(true)
    socket.destroy()
  })

  it('carries MQTT over WebSocket on the port of the API', async () => {
    const socket = new WebSocket(`wss://127.0.0.1:${port}/mqtt`, 'mqtt', { ca })
    await once(socket, 'open')
    socket.terminate()
  })

  it('offers the certificate of its authority to those who do not trust it yet', async () => {
    const response = await trustingFetch(ca)(`${server.url}/ca.pem`)
    expect(new X509Certificate(await response.text()).ca).toBe(true)
  })

  it.each(['TLSv1', 'TLSv1.1'] as const)('does not speak %s', async (version) => {
    const socket = connectTls({
      host: '127.0.0.1',
      port,
      ca,
      minVersion: version,
      maxVersion: version,
      ciphers: 'ALL:@SECLEVEL=0',
    })
    const [error] = (await once(socket, 'error')) as [Error]
    expect(error.message).toMatch(/protocol version|no protocols available/)
  })

  it('tells those who speak plain HTTP what to say instead', async () => {
    const heard = (await say(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')).toString()
    expect(heard).toMatch(/^HTTP\/1\.1 400 /)
    expect(heard).toMatch(/this port speaks TLS: use https:/)
  })

  it('refuses those who speak plain MQTT in words of MQTT', async () => {
    const connectPacket = Uint8Array.of(0x10, 12, 0, 4, 77, 81, 84, 84, 4, 2, 0, 30, 0, 0)
    const heard = await say(server.mqttPort!, connectPacket)
    expect([...heard]).toEqual([0x20, 2, 0, 5])
  })
})

describe('plain transport', () => {
  it('is met with a name by those who speak TLS', async () => {
    await using plainFolder = await temporaryFolder()
    await using plain = await startTestServer(plainFolder.path)
    for (const to of [Number(new URL(plain.url).port), plain.mqttPort!]) {
      const socket = connectTls({ host: '127.0.0.1', port: to, ca })
      const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
      expect(error.message).toMatch(/wrong version number/)
    }
  })
})
