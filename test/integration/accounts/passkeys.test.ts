import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { auditRows, createServiceToken, createUser, testPassword } from '../../support/accounts.js'
import { Browser } from '../../support/browser.js'
import { startTestServer, type RunningServer } from '../../support/running-server.js'
import { SoftAuthenticator, type Ceremony } from '../../support/soft-authenticator.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: RunningServer
let origin: string
let ann: Browser
let authenticator: SoftAuthenticator

beforeAll(async () => {
  folder = await temporaryFolder()
  server = await startTestServer(folder.path)
  // Passkeys belong to a name; 127.0.0.1 is none.
  origin = `http://localhost:${new URL(server.url).port}`
  await createUser(server, 'ann', 'admin')
  await createUser(server, 'bob', 'viewer')
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})
beforeEach(async () => {
  ann = await signIn('ann')
  authenticator = new SoftAuthenticator()
})

async function signIn(name: string): Promise<Browser> {
  const browser = new Browser(origin)
  const response = await browser.send('POST /api/v1/session', { name, password: testPassword })
  expect(response.status).toBe(200)
  return browser
}

async function challengeOf(browser: Browser, step: 'register' | 'login'): Promise<string> {
  const response = await browser.send(`POST /api/v1/passkeys/${step}/options`, {})
  return ((await response.json()) as { challenge: string }).challenge
}

const ceremony = (challenge: string, change: Partial<Ceremony> = {}): Ceremony => ({
  ...{ challenge, origin, site: 'localhost' },
  ...change,
})

const keep = (browser: Browser, response: unknown) =>
  browser.send('POST /api/v1/passkeys/register/verify', { name: 'phone', response })

const show = (browser: Browser, response: unknown) =>
  browser.send('POST /api/v1/passkeys/login/verify', { response })

async function registered(): Promise<SoftAuthenticator> {
  const response = authenticator.register(ceremony(await challengeOf(ann, 'register')))
  expect((await keep(ann, response)).status).toBe(201)
  return authenticator
}

describe('a passkey', () => {
  it('signs its owner in without name or password', async () => {
    const session = ann.cookies.get('__Host-kedge')
    await registered()
    expect(ann.cookies.get('__Host-kedge')).not.toBe(session)
    const browser = new Browser(origin)
    const response = authenticator.authenticate(ceremony(await challengeOf(browser, 'login')))
    const answer = await show(browser, response)
    expect(await answer.json()).toMatchObject({ actor: { name: 'ann', role: 'admin' } })
    expect((await browser.send('GET /api/v1/users')).status).toBe(200)
    const [row] = await auditRows(server, 'action=session.begin&limit=1')
    expect(row).toMatchObject({ method: 'passkey', object: 'user/ann' })
  })

  it('answers each challenge once', async () => {
    await registered()
    const browser = new Browser(origin)
    const response = authenticator.authenticate(ceremony(await challengeOf(browser, 'login')))
    expect((await show(browser, response)).status).toBe(200)
    expect((await show(new Browser(origin), response)).status).toBe(401)
    const [row] = await auditRows(server, 'action=session.refuse&limit=1')
    expect(row).toMatchObject({ method: 'passkey' })
  })

  const lies: [string, Partial<Ceremony>][] = [
    ['made for another origin', { origin: 'https://evil.example' }],
    ['made for another site', { site: 'evil.example' }],
    ['to a challenge nobody made', { challenge: 'A'.repeat(43) }],
    ['without a finger or a PIN', { unlocked: false }],
  ]
  it.each(lies)('is refused with an answer %s', async (_, change) => {
    await registered()
    const browser = new Browser(origin)
    const challenge = await challengeOf(browser, 'login')
    const response = authenticator.authenticate(ceremony(challenge, change))
    expect((await show(browser, response)).status).toBe(401)
  })

  it('is refused with the signature of another key, and when it was copied', async () => {
    await registered()
    const browser = new Browser(origin)
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const first = ceremony(await challengeOf(browser, 'login'))
    expect((await show(browser, authenticator.authenticate(first, privateKey))).status).toBe(401)
    const used = ceremony(await challengeOf(browser, 'login'), { counter: 9 })
    expect((await show(browser, authenticator.authenticate(used))).status).toBe(200)
    const copy = ceremony(await challengeOf(browser, 'login'), { counter: 5 })
    expect((await show(new Browser(origin), authenticator.authenticate(copy))).status).toBe(401)
  })

  it('is made only for the person whose challenge it answers, and never for a token', async () => {
    const bob = await signIn('bob')
    const response = authenticator.register(ceremony(await challengeOf(bob, 'register')))
    expect((await keep(ann, response)).status).toBe(401)
    const login = ceremony(await challengeOf(ann, 'login'))
    expect((await keep(ann, authenticator.register(login))).status).toBe(401)
    const { token } = await createServiceToken(server, 'owner')
    const program = new Browser(origin)
    await program.send('POST /api/v1/session', { token })
    expect((await program.send('POST /api/v1/passkeys/register/options', {})).status).toBe(403)
  })

  it('is seen and removed by its owner alone', async () => {
    const { id } = await registered()
    const path = `/api/v1/passkeys/${id.toString('base64url')}`
    const bob = await signIn('bob')
    expect(await (await bob.send('GET /api/v1/passkeys')).json()).toEqual({ items: [], next: null })
    expect((await bob.send(`DELETE ${path}`)).status).toBe(404)
    expect((await ann.send(`DELETE ${path}`)).status).toBe(204)
    const browser = new Browser(origin)
    const response = authenticator.authenticate(ceremony(await challengeOf(browser, 'login')))
    expect((await show(browser, response)).status).toBe(401)
  })

  it('is not offered at an address of numbers, where browsers make none', async () => {
    const methods = async (url: string) =>
      ((await (await fetch(`${url}/api/v1/session`)).json()) as { methods: string[] }).methods
    expect(await methods(origin)).toContain('passkey')
    expect(await methods(server.url)).not.toContain('passkey')
    const numbers = new Browser(server.url)
    expect((await numbers.send('POST /api/v1/passkeys/login/options', {})).status).toBe(400)
  })
})
