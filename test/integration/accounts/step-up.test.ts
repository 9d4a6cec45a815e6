import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Minutes } from '@kedge/shared/util/units'
import {
  auditRows,
  createServiceToken,
  createUser,
  signedIn,
  testPassword,
} from '../../support/accounts.js'
import { Browser } from '../../support/browser.js'
import { startTestServer, type RunningServer } from '../../support/running-server.js'
import { ShiftedClock } from '../../support/shifted-clock.js'
import { SoftAuthenticator } from '../../support/soft-authenticator.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

const cookieName = '__Host-kedge'
const clock = new ShiftedClock()
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: RunningServer
/** Passkeys belong to a name; 127.0.0.1 is none. */
let site: RunningServer

beforeAll(async () => {
  folder = await temporaryFolder()
  server = await startTestServer(folder.path, {}, clock)
  site = { ...server, url: `http://localhost:${new URL(server.url).port}` }
  for (const name of ['ann', 'bob', 'cat']) await createUser(server, name, 'admin')
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

/** Something that can do much harm, and that then fails for what was asked. */
const dangerous = async (browser: Browser) => {
  const response = await browser.send('DELETE /api/v1/users/nobody')
  const { code } = (await response.json()) as { code: string }
  return `${response.status} ${code}`
}
const refused = '403 step-up-required'
const allowed = '404 not-found'

const prove = (browser: Browser, proof: unknown) =>
  browser.send('POST /api/v1/session/step-up', proof)

const tired = async (name: string, access = server) => {
  const browser = await signedIn(access, name)
  clock.advance(Minutes(5))
  return browser
}

describe('a session that has not proved itself for five minutes', () => {
  it('may not do what can do much harm, and may go on reading', async () => {
    const browser = await signedIn(server, 'ann')
    clock.advance(Minutes(5) - 2_000)
    expect(await dangerous(browser)).toBe(allowed)
    clock.advance(2_000)
    expect(await dangerous(browser)).toBe(refused)
    expect((await browser.send('GET /api/v1/users')).status).toBe(200)
  })

  it('goes on under a new cookie after the password was given once more', async () => {
    const browser = await tired('ann')
    const before = browser.cookies.get(cookieName)!
    const answer = await prove(browser, { password: testPassword })
    expect(answer.status).toBe(200)
    const { proof } = (await answer.json()) as { proof: { until: number; by: string[] } }
    expect(proof.by).toEqual(['password'])
    expect(proof.until - clock.now()).toBeGreaterThan(Minutes(4.9))
    expect(await dangerous(browser)).toBe(allowed)
    const copy = new Browser(server.url)
    copy.setCookie(cookieName, before)
    expect((await copy.send('GET /api/v1/users')).status).toBe(401)
    const [row] = await auditRows(server, 'action=session.prove')
    expect(row).toMatchObject({ actor: { name: 'ann' }, method: 'password', object: 'user/ann' })
  })

  it('is told where it stands, by its own session alone', async () => {
    const browser = await tired('ann')
    const { proof } = (await (await browser.send('GET /api/v1/session')).json()) as {
      proof: { until: number }
    }
    expect(proof.until).toBeLessThanOrEqual(clock.now())
    const stranger = await new Browser(server.url).send('GET /api/v1/session')
    expect(await stranger.json()).not.toHaveProperty('proof')
  })

  it('is not renewed by a wrong password, which counts as an attempt to sign in', async () => {
    const browser = await tired('bob')
    for (let i = 0; i < 10; i++) {
      expect((await prove(browser, { password: 'not the password' })).status).toBe(403)
    }
    expect((await prove(browser, { password: testPassword })).status).toBe(429)
    expect(await dangerous(browser)).toBe(refused)
    clock.advance(Minutes(15))
    expect((await prove(browser, { password: testPassword })).status).toBe(200)
  })

  it('takes a passkey of its own person, and nobody else’s', async () => {
    const challenge = async (browser: Browser, path: string) =>
      ((await (await browser.send(`POST /api/v1/${path}`, {})).json()) as { challenge: string })
        .challenge
    const ceremony = (value: string) => ({
      ...{ challenge: value, origin: site.url, site: 'localhost' },
    })
    const show = async (browser: Browser, own: SoftAuthenticator, path: string) =>
      prove(browser, { response: own.authenticate(ceremony(await challenge(browser, path))) })
    const keys = { ann: new SoftAuthenticator(), cat: new SoftAuthenticator() }
    for (const name of ['ann', 'cat'] as const) {
      const browser = await signedIn(site, name)
      const asked = await challenge(browser, 'passkeys/register/options')
      const kept = await browser.send('POST /api/v1/passkeys/register/verify', {
        response: keys[name].register(ceremony(asked)),
      })
      expect(kept.status).toBe(201)
    }
    const browser = await tired('ann', site)
    const stepUp = 'session/step-up/options'
    expect((await show(browser, keys.cat, stepUp)).status).toBe(403)
    // A challenge for signing in is not one for a proof.
    expect((await show(browser, keys.ann, 'passkeys/login/options')).status).toBe(403)
    expect(await dangerous(browser)).toBe(refused)
    expect((await show(browser, keys.ann, stepUp)).status).toBe(200)
    expect(await dangerous(browser)).toBe(allowed)
  })

  it('that a token began takes the same token', async () => {
    const [own, other] = [
      await createServiceToken(server, 'admin'),
      await createServiceToken(server, 'admin'),
    ]
    const browser = new Browser(server.url)
    await browser.send('POST /api/v1/session', { token: own.token })
    clock.advance(Minutes(5))
    expect(await dangerous(browser)).toBe(refused)
    expect((await prove(browser, { token: other.token })).status).toBe(403)
    expect((await prove(browser, { token: own.token })).status).toBe(200)
    expect(await dangerous(browser)).toBe(allowed)
  })
})

describe('a token in the header', () => {
  it('is proof itself, however long ago it was made', async () => {
    const { token } = await createServiceToken(server, 'admin')
    clock.advance(Minutes(30))
    const response = await fetch(`${server.url}/api/v1/users/nobody`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${token}` },
    })
    expect(response.status).toBe(404)
  })
})
