import { readFile, writeFile } from 'node:fs/promises'
import { createServer as createTlsServer } from 'node:tls'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatEnrolmentToken, parseEnrolmentToken } from '@kedge/shared/protocol/enrolment'
import { Ms } from '@kedge/shared/util/units'
import {
  createAuthority,
  issueServerCertificate,
} from '../../../fleet-server/src/tls/issue-certificates.js'
import { callApi } from '../../support/admin-api.js'
import { startTestServer, type RunningServer } from '../../support/running-server.js'
import { temporaryFolder } from '../../support/temporary-folder.js'
import { trustingFetch } from '../../support/trusting-fetch.js'
import { AgentProcess, runAgentCommand } from '../agent/agent-process.js'
import { until } from '../agent/test-fleet.js'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: RunningServer
let api: <T>(route: `${string} /${string}`, body?: unknown) => Promise<T>
beforeAll(async () => {
  folder = await temporaryFolder()
  server = await startTestServer(path.join(folder.path, 'server'), { tls: true })
  const ca = await readFile(path.join(folder.path, 'server/tls/ca.pem'), 'utf8')
  const access = Object.assign(server, { fetch: trustingFetch(ca) })
  api = (route, body) => callApi(access, route, body)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

async function newToken(): Promise<string> {
  const body = { labels: {}, ttlS: 600, uses: 1 }
  return (await api<{ token: string }>('POST /enrolment-tokens', body)).token
}

const enrol = (token: string, name: string) =>
  runAgentCommand('enrol', '--token', token, '--data', path.join(folder.path, name))

/** Another server in its place: what it shows is up to the test. */
async function impostor(certificate: { certificate: string; key: string }, ca = '') {
  const body = `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${ca.length}\r\n\r\n${ca}`
  const options = { cert: certificate.certificate, key: certificate.key }
  const listener = createTlsServer(options, (socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end(body))
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  listener.on('tlsClientError', () => undefined)
  const url = `https://127.0.0.1:${(listener.address() as AddressInfo).port}`
  return { url, [Symbol.dispose]: () => void listener.close() }
}

const day = 86_400_000

describe('an agent that enrols over TLS', () => {
  it('pins the authority of its token, and connects to the broker under it', async () => {
    const ended = await enrol(await newToken(), 'good')
    expect(ended).toMatchObject({ code: 0, error: '' })
    const data = path.join(folder.path, 'good')
    const enrolment = JSON.parse(await readFile(path.join(data, 'enrolment.json'), 'utf8')) as {
      device: string
      brokerUrl: string
      ca: string
    }
    expect(enrolment.brokerUrl).toMatch(/^mqtts:\/\/127\.0\.0\.1:/)
    expect(enrolment.ca).toContain('BEGIN CERTIFICATE')
    await using agent = new AgentProcess('run', '--data', data, '--port', '0')
    await until(async () => {
      const device = await api<{ presence: string }>(`GET /devices/${enrolment.device}`)
      return device.presence === 'online' ? true : undefined
    })
    await agent.signal('SIGTERM')
  })

  it('refuses a server that shows another authority than its token names', async () => {
    const token = parseEnrolmentToken(await newToken())
    const ended = await enrol(formatEnrolmentToken({ ...token, ca: 'ab'.repeat(32) }), 'pin')
    expect(ended.code).toBe(1)
    expect(ended.error).toMatch(/but the token names abab.*somebody stands in between/)
  })

  it('refuses a server that shows the right authority but is not certified by it', async () => {
    const token = parseEnrolmentToken(await newToken())
    const ca = await readFile(path.join(folder.path, 'server/tls/ca.pem'), 'utf8')
    const other = await createAuthority(Ms(Date.now()))
    const certificate = await issueServerCertificate(other, ['127.0.0.1'], Ms(Date.now()))
    using fake = await impostor(certificate, ca)
    const ended = await enrol(formatEnrolmentToken({ ...token, url: fake.url }), 'other')
    expect(ended.code).toBe(1)
    expect(ended.error).toMatch(/not of the authority trusted here/)
  })

  it.each([
    {
      what: 'another name',
      names: ['fleet.example'],
      shift: 0,
      says: /certificate for other names/,
    },
    { what: 'a time that is over', shift: -200 * day, says: /not valid at this time/ },
    { what: 'a time to come', shift: 200 * day, says: /not valid at this time/ },
  ])('refuses a certificate for $what', async ({ names = ['127.0.0.1'], shift, says }) => {
    const read = (name: string) => readFile(path.join(folder.path, 'server/tls', name), 'utf8')
    const authority = { certificate: await read('ca.pem'), key: await read('ca-key.pem') }
    const certificate = await issueServerCertificate(authority, names, Ms(Date.now() + shift))
    using fake = await impostor(certificate, authority.certificate)
    const token = parseEnrolmentToken(await newToken())
    const ended = await enrol(formatEnrolmentToken({ ...token, url: fake.url }), `time${shift}`)
    expect(ended.code).toBe(1)
    expect(ended.error).toMatch(says)
  })

  it('says so when it speaks plainly to a TLS port, or TLS to a plain one', async () => {
    const token = parseEnrolmentToken(await newToken())
    const plainUrl = server.url.replace('https', 'http')
    const { ca: _ca, ...unpinned } = token
    const plain = await enrol(formatEnrolmentToken({ ...unpinned, url: plainUrl }), 'plain')
    expect(plain.error).toMatch(/this port speaks TLS: use https:/)
    await using otherFolder = await temporaryFolder()
    await using other = await startTestServer(otherFolder.path)
    const url = other.url.replace('http', 'https')
    const tls = await enrol(formatEnrolmentToken({ ...token, url }), 'tls')
    expect(tls.error).toMatch(/does not speak TLS on this port/)
  })

  it('connects to nobody else later, even where the address is the same', async () => {
    await enrol(await newToken(), 'later')
    const data = path.join(folder.path, 'later')
    const file = path.join(data, 'enrolment.json')
    const enrolment = JSON.parse(await readFile(file, 'utf8')) as { ca: string }
    const other = await createAuthority(Ms(Date.now()))
    await writeFile(file, JSON.stringify({ ...enrolment, ca: other.certificate }))
    await using agent = new AgentProcess('run', '--data', data, '--port', '0')
    await until(() => (agent.out.includes('certificate-untrusted') ? true : undefined))
    await agent.signal('SIGTERM')
  })
})
