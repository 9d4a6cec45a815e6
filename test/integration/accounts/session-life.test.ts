import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Hours, Minutes } from '@kedge/shared/util/units'
import { createServiceToken, createUser, signedIn, testPassword } from '../../support/accounts.js'
import { callApi } from '../../support/admin-api.js'
import { Browser } from '../../support/browser.js'
import { startTestServer, type RunningServer } from '../../support/running-server.js'
import { ShiftedClock } from '../../support/shifted-clock.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

let clock: ShiftedClock
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: RunningServer

beforeEach(async () => {
  clock = new ShiftedClock()
  folder = await temporaryFolder()
  server = await startTestServer(folder.path, {}, clock)
})
afterEach(async () => {
  await server[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

/** So long before an end that the test itself cannot pass it. */
const margin = Minutes(1)

const statusOf = async (browser: Browser) => (await browser.send('GET /api/v1/devices')).status

const attempt = async (name: string, password: string) =>
  (await new Browser(server.url).send('POST /api/v1/session', { name, password })).status

describe('time', () => {
  it('ends a session twelve hours after its sign-in, however active it was', async () => {
    await createUser(server, 'ann', 'viewer')
    const browser = await signedIn(server, 'ann')
    for (let hour = 1; hour < 12; hour++) {
      clock.advance(Hours(1))
      expect(await statusOf(browser)).toBe(200)
    }
    // A new proof is no new sign-in.
    await browser.send('POST /api/v1/session/step-up', { password: testPassword })
    clock.advance(Hours(1) - margin)
    expect(await statusOf(browser)).toBe(200)
    clock.advance(margin)
    expect(await statusOf(browser)).toBe(401)
  })

  it('ends the setup link after a day, and a new start makes another', async () => {
    const account = { name: 'olga', password: testPassword }
    const browser = new Browser(server.url)
    clock.advance(Hours(24))
    const late = await browser.send('POST /api/v1/setup', { ...account, code: server.setupCode })
    expect(late.status).toBe(401)
    await server[Symbol.asyncDispose]()
    server = await startTestServer(folder.path, {}, clock)
    clock.advance(Hours(24) - margin)
    const other = new Browser(server.url)
    const made = await other.send('POST /api/v1/setup', { ...account, code: server.setupCode })
    expect(made.status).toBe(200)
  })

  it('ends a service token, and the session that was begun with it', async () => {
    const { token } = await createServiceToken(server, 'viewer', 3_600)
    const browser = new Browser(server.url)
    await browser.send('POST /api/v1/session', { token })
    clock.advance(Hours(1) - margin)
    const access = { url: server.url, adminToken: token }
    await callApi(access, 'GET /devices')
    expect(await statusOf(browser)).toBe(200)
    clock.advance(margin)
    await expect(callApi(access, 'GET /devices')).rejects.toThrow('401')
    expect(await statusOf(browser)).toBe(401)
  })

  it('forgets failed attempts after a quarter of an hour, counted from the first', async () => {
    await createUser(server, 'bob', 'viewer')
    for (let i = 0; i < 10; i++) expect(await attempt('bob', 'not the password')).toBe(401)
    expect(await attempt('bob', testPassword)).toBe(429)
    clock.advance(Minutes(15) - margin)
    expect(await attempt('bob', testPassword)).toBe(429)
    clock.advance(margin)
    expect(await attempt('bob', testPassword)).toBe(200)
  })

  it('is not bought by other names: an address that fails at many waits too', async () => {
    await createUser(server, 'cat', 'viewer')
    for (let i = 0; i < 50; i++) await attempt(`nobody-${i}`, 'a guess')
    expect(await attempt('cat', testPassword)).toBe(429)
    clock.advance(Minutes(15))
    expect(await attempt('cat', testPassword)).toBe(200)
  }, 60_000)
})
