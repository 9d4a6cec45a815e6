import { connect, type MqttClient } from 'mqtt'
import { exportJWK, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { devicePassword, enrolDevice, type DeviceKeys } from '@kedge/shared/adapters/enrolment'
import { parseEnrolmentToken, type Enrolment } from '@kedge/shared/protocol/enrolment'
import { topics } from '@kedge/shared/protocol/topics'
import { generateKeyPair, signToken } from '@kedge/shared/trust/keys'
import { systemClock } from '@kedge/shared/util/clock'
import { Ms } from '@kedge/shared/util/units'
import { callApi } from '../../support/admin-api.js'
import { eventually } from '../../support/eventually.js'
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

const api = <T>(route: `${string} /${string}`, body?: unknown) => callApi<T>(server, route, body)

async function newSecret(policy: object = {}): Promise<string> {
  const body = { labels: { site: 'berlin' }, ttlS: 600, uses: 1, ...policy }
  const { token } = await api<{ token: string }>('POST /enrolment-tokens', body)
  return parseEnrolmentToken(token).secret
}

interface Joined {
  readonly keys: DeviceKeys
  readonly enrolment: Enrolment
}

const ask = (keys: DeviceKeys, secret?: string, kind: 'agent' | 'browser' = 'agent') =>
  enrolDevice({
    ...{ kind, keys, url: server.url, labels: {} },
    fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, origin: server.url } }),
    ...(secret !== undefined && { secret }),
  })

async function join(): Promise<Joined> {
  const keys = await generateKeyPair(true)
  return { keys, enrolment: await ask(keys, await newSecret()) }
}

const heard = (client: MqttClient, event: 'connect' | 'close') =>
  new Promise<void>((resolve) => client.once(event, () => resolve()))

/** Connects once; the code of the refusal, or the client. */
async function open({ enrolment }: Joined, password: string, url = enrolment.brokerUrl) {
  const { device } = enrolment
  const options = { clientId: device, username: device, password, protocolVersion: 4 } as const
  const client = connect(url, { ...options, reconnectPeriod: 0, clean: true })
  const refused = new Promise<number | undefined>((resolve) => {
    client.once('error', (error: Error & { code?: number }) => resolve(error.code))
  })
  const outcome = await Promise.race([heard(client, 'connect').then(() => 'connected'), refused])
  return { client, outcome }
}

const passwordOf = ({ enrolment, keys }: Joined, clock = systemClock) =>
  devicePassword(enrolment, keys.privateKey, clock)

describe('a device that an operator has to approve', () => {
  it('waits, is listed, and joins once approved, though its token is spent and gone', async () => {
    const keys = await generateKeyPair(false)
    const secret = await newSecret({ approve: true })
    await expect(ask(keys, secret)).rejects.toMatchObject({ code: 'approval-pending' })
    const { items } = await api<{ items: { id: string; labels: object }[] }>('GET /waiting-devices')
    expect(items).toMatchObject([{ labels: { site: 'berlin' } }])
    const { id } = items[0]!
    await expect(api(`GET /devices/${id}`)).rejects.toThrow('404')
    await api(`POST /devices/${id}/approve`)
    expect(await ask(keys, 'a token that is no more')).toMatchObject({ device: id })
    expect((await api<{ items: [] }>('GET /waiting-devices')).items).toEqual([])
  })

  it('is turned away for good when it is rejected', async () => {
    const keys = await generateKeyPair(false)
    await expect(ask(keys, await newSecret({ approve: true }))).rejects.toThrow(/approve/)
    const { items } = await api<{ items: { id: string }[] }>('GET /waiting-devices')
    await api(`POST /devices/${items[0]!.id}/reject`)
    await expect(ask(keys, await newSecret())).rejects.toThrow(/revoked/)
  })
})

describe('a proof of enrolment', () => {
  it('is not taken twice, nor with another token than it was signed for', async () => {
    const keys = await generateKeyPair(false)
    const bodies: string[] = []
    const spy = (url: string, init: RequestInit) => {
      if (typeof init.body === 'string') bodies.push(init.body)
      return fetch(url, init)
    }
    const options = { kind: 'agent', keys, url: server.url, labels: {} } as const
    await enrolDevice({ ...options, secret: await newSecret(), fetch: spy })
    const post = (body: string) =>
      fetch(`${server.url}/api/v1/enrol`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json' },
      })
    const again = await post(bodies[0]!)
    expect([again.status, await again.text()]).toEqual([401, expect.stringMatching(/nonce/)])
    const secret = await newSecret()
    const swap = (url: string, init: RequestInit) =>
      typeof init.body === 'string'
        ? fetch(url, { ...init, body: JSON.stringify({ ...JSON.parse(init.body), secret }) })
        : fetch(url, init)
    const other = { ...options, keys: await generateKeyPair(false), secret: 'x'.repeat(40) }
    await expect(enrolDevice({ ...other, fetch: swap })).rejects.toThrow(/not signed by the key/)
  })
})

describe('an enrolment token', () => {
  it('lives for a day at most, unless the server was told otherwise', async () => {
    await expect(newSecret({ ttlS: 24 * 3_600 + 1 })).rejects.toThrow(/24 h at most/)
  })

  it('for browsers lets no agent in', async () => {
    const secret = await newSecret({ kind: 'browser' })
    await expect(ask(await generateKeyPair(false), secret)).rejects.toThrow(/for browsers/)
  })
})

describe('a device that is revoked', () => {
  it.each(['TCP', 'WebSocket'])('is cut off, over %s, and cannot come back', async (way) => {
    const joined = await join()
    const { device } = joined.enrolment
    const url = way === 'TCP' ? undefined : `${server.url.replace('http', 'ws')}/mqtt`
    const { client, outcome } = await open(joined, await passwordOf(joined), url)
    expect(outcome).toBe('connected')
    const closed = heard(client, 'close')
    await api(`POST /devices/${device}/revoke`)
    await closed
    const late = client.publishAsync(topics.presence(device).path, '{"v":1,"state":"online"}')
    late.catch(() => undefined)
    expect((await open(joined, await passwordOf(joined), url)).outcome).toBe(4)
    await expect(ask(joined.keys, await newSecret())).rejects.toThrow(/revoked/)
    await expect(api(`GET /devices/${device}`)).rejects.toThrow('404')
  })

  it('is cut off with all that it opens at the same moment', async () => {
    const joined = await join()
    const passwords = await Promise.all(Array.from({ length: 8 }, () => passwordOf(joined)))
    const opened = Promise.all(passwords.map((password) => open(joined, password)))
    await api(`POST /devices/${joined.enrolment.device}/revoke`)
    const clients = (await opened).map(({ client }) => client)
    await eventually(() => clients.every((client) => !client.connected), 'the end of all')
  })

  it('can join again when it is pardoned', async () => {
    const joined = await join()
    const { device } = joined.enrolment
    await api(`POST /devices/${device}/revoke`)
    await api(`DELETE /barred-devices/${device}`)
    expect((await ask(joined.keys, await newSecret())).device).toBe(device)
  })
})

describe('the password of a device', () => {
  const inMinutes = (minutes: number) => ({
    ...systemClock,
    now: () => Ms(Date.now() + minutes * 60_000),
  })
  const claims = ({ enrolment: { device, fleet } }: Joined) => {
    const now = Math.floor(Date.now() / 1_000)
    return { iss: device, sub: device, aud: `${fleet}:mqtt`, iat: now, exp: now + 300, jti: 'one' }
  }
  const own = (joined: Joined, change: object = {}) =>
    new SignJWT({ ...claims(joined), ...change })
      .setProtectedHeader({ alg: 'EdDSA' })
      .sign(joined.keys.privateKey)

  it('is good for one connection', async () => {
    const joined = await join()
    const password = await passwordOf(joined)
    const first = await open(joined, password)
    expect(first.outcome).toBe('connected')
    expect((await open(joined, password)).outcome).toBe(4)
    first.client.end(true)
  })

  it('is taken from a clock that is a little off', async () => {
    const joined = await join()
    for (const minutes of [-5, 0.9]) {
      const { client, outcome } = await open(joined, await passwordOf(joined, inMinutes(minutes)))
      expect(outcome).toBe('connected')
      client.end(true)
    }
  })

  it('is refused whatever else it is', async () => {
    const joined = await join()
    const stranger = await join()
    const { device, fleet } = joined.enrolment
    const publicKey = await exportJWK(joined.keys.publicKey)
    const secret = new TextEncoder().encode(publicKey.x)
    const rows: Record<string, string | Promise<string>> = {
      'alg none': new UnsecuredJWT(claims(joined)).encode(),
      'HMAC with the public key': new SignJWT(claims(joined))
        .setProtectedHeader({ alg: 'HS256' })
        .sign(secret),
      'the key of another device': devicePassword(
        { device, fleet },
        stranger.keys.privateKey,
        systemClock,
      ),
      'another fleet': devicePassword(
        { device, fleet: 'f-other' },
        joined.keys.privateKey,
        systemClock,
      ),
      'no audience': own(joined, { aud: undefined }),
      'another subject': own(joined, { sub: stranger.enrolment.device }),
      'no end': own(joined, { exp: undefined }),
      'no name': own(joined, { jti: undefined }),
      'an end that is too far': own(joined, { exp: claims(joined).iat + 601 }),
      'a clock far behind': passwordOf(joined, inMinutes(-20)),
      'a clock far ahead': passwordOf(joined, inMinutes(5)),
      'an end that is over': signToken(
        { device, audience: `${fleet}:mqtt`, issuedAt: 1_000, expires: 1_300 },
        joined.keys.privateKey,
      ),
      nothing: 'x',
    }
    for (const [what, password] of Object.entries(rows)) {
      expect([what, (await open(joined, await password)).outcome]).toEqual([what, 4])
    }
  })
})

describe('a page', () => {
  it('joins from its own origin, for an hour, and is the same device when it asks again', async () => {
    const keys = await generateKeyPair(false)
    const first = await ask(keys, undefined, 'browser')
    const hour = first.sessionExpires! - Date.now()
    expect(hour).toBeGreaterThan(3_500_000)
    expect(hour).toBeLessThanOrEqual(3_600_000)
    const second = await ask(keys, undefined, 'browser')
    expect(second.device).toBe(first.device)
    expect(second.sessionExpires).toBeGreaterThanOrEqual(first.sessionExpires!)
  })

  it('of another origin needs a token that its backend asks for', async () => {
    const options = { kind: 'browser', url: server.url, labels: {} } as const
    const foreign = (url: string, init: RequestInit) =>
      fetch(url, { ...init, headers: { ...init.headers, origin: 'https://shop.example' } })
    const keys = await generateKeyPair(false)
    await expect(enrolDevice({ ...options, keys, fetch: foreign })).rejects.toThrow(/backend/)
    const { token } = await api<{ token: string }>('POST /browser-sessions', {})
    const { secret } = parseEnrolmentToken(token)
    expect(await enrolDevice({ ...options, keys, secret, fetch: foreign })).toMatchObject({
      device: expect.stringMatching(/^b-/) as string,
    })
  })

  it('is refused when its session is over', async () => {
    await using other = await temporaryFolder()
    await using short = await startTestServer(other.path, { browserSession: '1' })
    const keys = await generateKeyPair(false)
    const origin = { origin: short.url }
    const enrolment = await enrolDevice({
      ...{ kind: 'browser', keys, url: short.url, labels: {} },
      fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, ...origin } }),
    })
    await eventually(() => Date.now() > enrolment.sessionExpires!)
    const joined = { keys, enrolment }
    expect((await open(joined, await passwordOf(joined))).outcome).toBe(4)
  })
})
