import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  auditRows,
  createServiceToken,
  createUser,
  signedIn,
  testPassword,
} from '../../support/accounts.js'
import { callApi } from '../../support/admin-api.js'
import { Browser } from '../../support/browser.js'
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

const cookieName = '__Host-kedge'

describe('first account', () => {
  it('is made once, by the code of the link, and signed in', async () => {
    const browser = new Browser(server.url)
    const before: unknown = await (await browser.send('GET /api/v1/session')).json()
    expect(before).toMatchObject({ signedIn: false, setup: true, can: [] })
    const account = { name: 'Olga', password: testPassword }
    const guess = await browser.send('POST /api/v1/setup', { ...account, code: 'a guess' })
    expect(guess.status).toBe(401)
    const setup = { ...account, code: server.setupCode }
    const made = await browser.send('POST /api/v1/setup', setup)
    expect(await made.json()).toMatchObject({
      signedIn: true,
      setup: false,
      actor: { kind: 'user', name: 'olga', role: 'owner' },
    })
    expect((await browser.send('GET /api/v1/devices')).status).toBe(200)
    expect((await new Browser(server.url).send('POST /api/v1/setup', setup)).status).toBe(409)
  })
})

describe('sign-in', () => {
  it('gives a cookie that scripts cannot read and other sites cannot send', async () => {
    await createUser(server, 'cora', 'viewer')
    const body = { name: 'CORA', password: testPassword }
    const response = await new Browser(server.url).send('POST /api/v1/session', body)
    const [cookie = ''] = response.headers.getSetCookie()
    expect(cookie.replace(/=[\w-]{43};/, '=ID;')).toBe(
      `${cookieName}=ID; Max-Age=43200; Path=/; HttpOnly; Secure; SameSite=Strict`,
    )
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  it('says the same whether a name exists or not', async () => {
    const attempt = async (name: string) => {
      const body = { name, password: 'not the password' }
      const response = await new Browser(server.url).send('POST /api/v1/session', body)
      return [response.status, await response.text()]
    }
    expect(await attempt('cora')).toEqual(await attempt('nobody'))
  })

  it('takes over no session id that a browser brings', async () => {
    const planted = 'A'.repeat(43)
    const browser = new Browser(server.url)
    browser.setCookie(cookieName, planted)
    await browser.send('POST /api/v1/session', { name: 'cora', password: testPassword })
    expect(browser.cookies.get(cookieName)).not.toBe(planted)
    const attacker = new Browser(server.url)
    attacker.setCookie(cookieName, planted)
    expect((await attacker.send('GET /api/v1/devices')).status).toBe(401)
  })

  it('ends the session that the browser had before', async () => {
    const browser = await signedIn(server, 'cora')
    const old = new Browser(server.url)
    old.setCookie(cookieName, browser.cookies.get(cookieName)!)
    await browser.send('POST /api/v1/session', { name: 'cora', password: testPassword })
    expect((await old.send('GET /api/v1/devices')).status).toBe(401)
    expect((await browser.send('GET /api/v1/devices')).status).toBe(200)
  })

  it('exchanges a token for a session that ends with the token', async () => {
    const { id, token } = await createServiceToken(server, 'operator')
    const browser = new Browser(server.url)
    const answer = await browser.send('POST /api/v1/session', { token })
    expect(await answer.json()).toMatchObject({ actor: { kind: 'token', role: 'operator' } })
    expect((await browser.send('GET /api/v1/devices')).status).toBe(200)
    await callApi(server, `DELETE /service-tokens/${id}`)
    expect((await browser.send('GET /api/v1/devices')).status).toBe(401)
    expect((await browser.send('POST /api/v1/session', { token })).status).toBe(401)
  })

  it('ends at sign-out, on the server too', async () => {
    const browser = await signedIn(server, 'cora')
    const copy = new Browser(server.url)
    copy.setCookie(cookieName, browser.cookies.get(cookieName)!)
    expect((await browser.send('DELETE /api/v1/session')).status).toBe(204)
    expect(browser.cookies.has(cookieName)).toBe(false)
    expect((await copy.send('GET /api/v1/devices')).status).toBe(401)
  })
})

describe('a change of what somebody may do', () => {
  it('signs them out everywhere when the role changes', async () => {
    const { id } = await createUser(server, 'rita', 'viewer')
    const [here, elsewhere] = [await signedIn(server, 'rita'), await signedIn(server, 'rita')]
    await callApi(server, `PATCH /users/${id}`, { role: 'operator' })
    for (const browser of [here, elsewhere]) {
      expect((await browser.send('GET /api/v1/devices')).status).toBe(401)
    }
  })

  it('goes on here under a new id, and ends elsewhere, when the own password changes', async () => {
    await createUser(server, 'pia', 'viewer')
    const [here, elsewhere] = [await signedIn(server, 'pia'), await signedIn(server, 'pia')]
    const id = here.cookies.get(cookieName)
    const change = { current: testPassword, password: 'another good password' }
    const wrong = await here.send('POST /api/v1/session/password', { ...change, current: 'x' })
    expect(wrong.status).toBe(403)
    expect((await here.send('POST /api/v1/session/password', change)).status).toBe(200)
    expect(here.cookies.get(cookieName)).not.toBe(id)
    expect((await here.send('GET /api/v1/devices')).status).toBe(200)
    expect((await elsewhere.send('GET /api/v1/devices')).status).toBe(401)
  })

  it('never leaves the server without an owner, nor an owner to an admin', async () => {
    const users = await callApi<{ items: { id: string; name: string }[] }>(server, 'GET /users')
    const olga = users.items.find(({ name }) => name === 'olga')!
    await createUser(server, 'adam', 'admin')
    const admin = await signedIn(server, 'adam')
    const path = `/api/v1/users/${olga.id}` as const
    expect((await admin.send(`DELETE ${path}`)).status).toBe(403)
    expect((await admin.send(`PATCH ${path}`, { role: 'viewer' })).status).toBe(403)
    const mint = { name: 'up', role: 'owner' }
    expect((await admin.send('POST /api/v1/service-tokens', mint)).status).toBe(403)
    const owner = await signedIn(server, 'olga')
    expect((await owner.send(`PATCH ${path}`, { role: 'viewer' })).status).toBe(409)
    expect((await owner.send(`DELETE ${path}`)).status).toBe(409)
  })
})

describe('a page of another origin', () => {
  const foreign = [
    ['its origin', { origin: 'https://evil.example' }],
    ['an origin of another port', { origin: 'http://127.0.0.1:1' }],
    ['no origin, as a form in a sandbox', { origin: 'null' }],
    ['only what the browser says of it', { origin: undefined, 'sec-fetch-site': 'same-site' }],
    ['nothing at all', { origin: undefined }],
  ] as const

  it.each(foreign)('changes nothing by the cookie: %s', async (_, headers) => {
    const browser = await signedIn(server, 'olga')
    const body = { name: 'mallory', role: 'owner', password: testPassword }
    const response = await browser.send('POST /api/v1/users', body, headers)
    expect(response.status).toBe(403)
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
    expect((await browser.send('DELETE /api/v1/session', undefined, headers)).status).toBe(403)
  })

  it('neither signs a browser in nor uses a token in it', async () => {
    const headers = { origin: 'https://evil.example' }
    const body = { name: 'cora', password: testPassword }
    const login = await new Browser(server.url).send('POST /api/v1/session', body, headers)
    expect(login.status).toBe(403)
    const bearer = { ...headers, authorization: `Bearer ${server.adminToken}` }
    const json = { hashes: [] }
    const used = await new Browser(server.url).send('POST /api/v1/blobs/missing', json, bearer)
    expect(used.status).toBe(403)
    const preflight = await fetch(`${server.url}/api/v1/users`, {
      method: 'OPTIONS',
      headers: { ...headers, 'access-control-request-method': 'POST' },
    })
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('guessing', () => {
  it('of a password is stopped per account, from wherever, and kept in the trail', async () => {
    await createUser(server, 'vera', 'viewer')
    const statuses: number[] = []
    for (let i = 0; i < 12; i++) {
      const body = { name: 'vera', password: `guess ${i}` }
      const response = await new Browser(server.url).send('POST /api/v1/session', body)
      statuses.push(response.status)
    }
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429])
    const right = { name: 'vera', password: testPassword }
    const late = await new Browser(server.url).send('POST /api/v1/session', right)
    expect(late.status).toBe(429)
    const refused = await auditRows(server, 'action=session.refuse&limit=20')
    expect(refused.filter(({ object }) => object === 'user/vera')).toHaveLength(10)
    expect(JSON.stringify(refused)).not.toContain('guess')
  })

  it('of tokens is stopped per address, and a right one still works', async () => {
    const statuses = new Set<number>()
    for (let i = 0; i < 55; i++) {
      const response = await fetch(`${server.url}/api/v1/devices`, {
        headers: { authorization: `Bearer kst_${i}` },
      })
      statuses.add(response.status)
      await response.arrayBuffer()
    }
    expect([...statuses]).toEqual([401, 429])
    await callApi(server, 'GET /devices')
  })
})
