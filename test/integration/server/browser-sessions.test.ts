import { connectAsync, type MqttClient } from 'mqtt'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { devicePassword, enrolDevice, type DeviceKeys } from '@kedge/shared/adapters/enrolment'
import { parseEnrolmentToken, type Enrolment } from '@kedge/shared/protocol/enrolment'
import { generateKeyPair } from '@kedge/shared/trust/keys'
import { systemClock } from '@kedge/shared/util/clock'
import { Ms } from '@kedge/shared/util/units'
import { BrowserSessionRepository } from '../../../fleet-server/src/devices/browser-session-repository.js'
import { browserKept, tidyBrowsers } from '../../../fleet-server/src/devices/browser-janitor.js'
import { EnrolmentTokenRepository } from '../../../fleet-server/src/devices/enrolment-token-repository.js'
import { openDatabase } from '../../../fleet-server/src/db/open-database.js'
import { EventBus } from '../../../fleet-server/src/events/event-bus.js'
import path from 'node:path'
import { callApi } from '../../support/admin-api.js'
import { startTestServer, type RunningServer } from '../../support/running-server.js'
import { temporaryFolder } from '../../support/temporary-folder.js'
import { silent } from '../broker/broker-house.js'

const open: AsyncDisposable[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]()
})

async function start() {
  const folder = await temporaryFolder()
  open.push({ [Symbol.asyncDispose]: async () => folder[Symbol.asyncDispose]() })
  const server = await startTestServer(folder.path)
  open.push(server)
  return { server, folder: folder.path }
}

const newKeys = () => generateKeyPair(false)

/** What a page of the server's own asks; `renews` as the browser that it has been. */
function ask(
  server: RunningServer,
  keys: DeviceKeys,
  renews?: { device: string; keys: DeviceKeys },
): Promise<Enrolment> {
  return enrolDevice({
    ...{ kind: 'browser', url: server.url, labels: {}, keys },
    ...(renews && { renews }),
    fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, origin: server.url } }),
  })
}

async function connect(server: RunningServer, { device, fleet }: Enrolment, keys: DeviceKeys) {
  const password = await devicePassword({ device, fleet }, keys.privateKey, systemClock)
  const url = `${server.url.replace('http', 'ws')}/mqtt`
  const options = { clientId: device, username: device, password, reconnectPeriod: 0 }
  return connectAsync(url, { ...options, protocolVersion: 4 }, false)
}

const ended = (client: MqttClient) => {
  client.on('error', () => undefined).end(true)
}

/** The wall clock of this process, and so of the server in it, so many minutes on. */
const later = (minutes: number) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + minutes * 60_000 })
}

describe('the session of a browser', () => {
  it('goes on under a new key, for another hour, as the same device', async () => {
    const { server } = await start()
    const [first, second] = [await newKeys(), await newKeys()]
    const joined = await ask(server, first)
    later(40)
    const next = await ask(server, second, { device: joined.device, keys: first })
    expect(next.device).toBe(joined.device)
    expect(next.sessionExpires! - joined.sessionExpires!).toBeGreaterThanOrEqual(40 * 60_000)
    ended(await connect(server, joined, second))
  })

  it('is not longer for a key that asks again', async () => {
    const { server } = await start()
    const keys = await newKeys()
    const joined = await ask(server, keys)
    later(40)
    expect((await ask(server, keys)).sessionExpires).toBe(joined.sessionExpires)
  })

  it('lets the key of before connect until its own hour is over, and no longer', async () => {
    const { server } = await start()
    const [first, second] = [await newKeys(), await newKeys()]
    const joined = await ask(server, first)
    later(40)
    await ask(server, second, { device: joined.device, keys: first })
    ended(await connect(server, joined, first))
    later(21)
    await expect(connect(server, joined, first)).rejects.toMatchObject({ code: 4 })
    ended(await connect(server, joined, second))
    later(41)
    await expect(connect(server, joined, second)).rejects.toMatchObject({ code: 4 })
  })

  it('is renewed once, though the answer is lost and the page asks again', async () => {
    const { server } = await start()
    const [first, second] = [await newKeys(), await newKeys()]
    const joined = await ask(server, first)
    later(40)
    const renews = { device: joined.device, keys: first }
    const next = await ask(server, second, renews)
    later(1)
    expect(await ask(server, second, renews)).toEqual(next)
    ended(await connect(server, joined, first))
  })

  it('goes on after a night away, though neither key connects until then', async () => {
    const { server } = await start()
    const [first, second] = [await newKeys(), await newKeys()]
    const joined = await ask(server, first)
    later(600)
    await expect(connect(server, joined, first)).rejects.toMatchObject({ code: 4 })
    const next = await ask(server, second, { device: joined.device, keys: first })
    expect(next.device).toBe(joined.device)
    await expect(connect(server, joined, first)).rejects.toMatchObject({ code: 4 })
    ended(await connect(server, joined, second))
  })

  it('goes to nobody for whom its key has not signed', async () => {
    const { server } = await start()
    const [first, second, thief] = [await newKeys(), await newKeys(), await newKeys()]
    const { device } = await ask(server, first)
    await expect(ask(server, thief, { device, keys: thief })).rejects.toThrow(/has not signed/)
    // Nor for a key of two sessions before.
    await ask(server, second, { device, keys: first })
    await expect(ask(server, thief, { device, keys: first })).rejects.toThrow(/has not signed/)
  })

  it('is not an agent’s to take over', async () => {
    const { server } = await start()
    const [page, agent] = [await newKeys(), await newKeys()]
    const { device } = await ask(server, page)
    const body = { labels: {}, ttlS: 600, uses: 1 }
    const { token } = await callApi<{ token: string }>(server, 'POST /enrolment-tokens', body)
    const { secret } = parseEnrolmentToken(token)
    const renews = { device, keys: page }
    const options = { kind: 'agent', url: server.url, labels: {}, keys: agent, secret } as const
    expect((await enrolDevice({ ...options, renews, fetch })).device).toMatch(/^d-/)
  })

  it('is not renewed for a browser that was revoked, under any key', async () => {
    const { server } = await start()
    const [first, second] = [await newKeys(), await newKeys()]
    const { device } = await ask(server, first)
    await callApi(server, `POST /devices/${device}/revoke`)
    await expect(ask(server, second, { device, keys: first })).rejects.toThrow(/revoked/)
  })

  it('that ended long ago is forgotten, and the browser is another device then', async () => {
    const { server, folder } = await start()
    const [first, second] = [await newKeys(), await newKeys()]
    const { device } = await ask(server, first)
    const db = await openDatabase({ kind: 'sqlite', file: path.join(folder, 'kedge.db') })
    open.push({ [Symbol.asyncDispose]: () => db.destroy() })
    const disconnected: string[] = []
    const round = (at: number) =>
      tidyBrowsers({
        browserSessions: new BrowserSessionRepository(db),
        tokens: new EnrolmentTokenRepository(db),
        clock: { ...systemClock, now: () => Ms(at) },
        events: new EventBus(),
        log: silent,
        outbox: {
          publish: () => Promise.resolve(),
          disconnect: (id) => Promise.resolve(void disconnected.push(id)),
        },
      })
    const hour = 3_600_000
    await round(Date.now() + browserKept)
    expect(await callApi(server, `GET /devices/${device}`)).toMatchObject({ id: device })
    await round(Date.now() + hour + browserKept)
    await expect(callApi(server, `GET /devices/${device}`)).rejects.toThrow('404')
    expect(disconnected).toEqual([device])
    const again = await ask(server, second, { device, keys: first })
    expect(again.device).toMatch(/^b-/)
    expect(again.device).not.toBe(device)
  })
})
