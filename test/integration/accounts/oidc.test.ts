import { generateKeyPair, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { auditRows } from '../../support/accounts.js'
import { Browser } from '../../support/browser.js'
import { HostileOidcProvider, type Forge } from '../../support/hostile-oidc-provider.js'
import { oidcClient, TestOidcProvider } from '../../support/oidc-provider.js'
import { startTestServer, type RunningServer } from '../../support/running-server.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

const settingsOf = (issuer: string) => ({
  oidcIssuer: issuer,
  oidcClientId: oidcClient.id,
  oidcClientSecret: oidcClient.secret,
})

/** Begins a sign-in; the address at the provider. */
async function begin(browser: Browser, query = ''): Promise<string> {
  const response = await browser.send(`GET /api/v1/oidc/login${query}`)
  expect(response.status).toBe(302)
  return response.headers.get('location') ?? ''
}

/** Brings the provider's answer back. */
const comeBack = (browser: Browser, { pathname, search }: URL) =>
  browser.send(`GET ${pathname}${search}`)

const whoIs = async (browser: Browser) =>
  (await (await browser.send('GET /api/v1/session')).json()) as {
    signedIn: boolean
    actor?: { id: string; name: string; role: string }
  }

describe('signing in with an OpenID provider', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let provider: TestOidcProvider
  let server: RunningServer

  beforeAll(async () => {
    folder = await temporaryFolder()
    provider = await TestOidcProvider.start()
    server = await startTestServer(folder.path, {
      ...settingsOf(provider.issuer),
      oidcRoles: 'fleet-admins=admin,field=operator',
    })
    provider.serve(`${server.url}/api/v1/oidc/callback`)
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await provider[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })

  const signIn = async (name: string, browser = new Browser(server.url)) => {
    const back = await provider.visit(await begin(browser), name)
    const response = await comeBack(browser, back)
    return { browser, back, leadsTo: response.headers.get('location') }
  }

  it('asks with a state, a nonce and a hashed proof key of its own each time', async () => {
    const browser = new Browser(server.url)
    const [first, second] = [new URL(await begin(browser)), new URL(await begin(browser))]
    for (const name of ['state', 'nonce', 'code_challenge']) {
      expect(first.searchParams.get(name)).toMatch(/^[\w-]{43}$/)
      expect(first.searchParams.get(name)).not.toBe(second.searchParams.get(name))
    }
    expect(first.searchParams.get('code_challenge_method')).toBe('S256')
    expect(first.searchParams.get('response_type')).toBe('code')
  })

  it('gives the role that the groups say, and knows the person again', async () => {
    provider.groups['ann'] = ['field', 'others']
    const { browser, leadsTo } = await signIn('ann')
    expect(leadsTo).toBe('/')
    const { actor } = await whoIs(browser)
    expect(actor).toMatchObject({ name: 'ann', role: 'operator' })
    provider.groups['ann'] = ['fleet-admins']
    const again = await signIn('ann')
    expect((await whoIs(again.browser)).actor).toEqual({ ...actor, role: 'admin' })
    // What the other session may do has changed, so it has ended.
    expect((await whoIs(browser)).signedIn).toBe(false)
  })

  it('lets nobody in whose groups say nothing, nor by a name that somebody has here', async () => {
    const { browser, leadsTo } = await signIn('stranger')
    expect(leadsTo).toBe('/#refused=forbidden')
    expect((await whoIs(browser)).signedIn).toBe(false)
    provider.groups['Ann'] = ['field']
    const other = await signIn('Ann')
    expect((await whoIs(other.browser)).actor).toMatchObject({ name: 'ann-2', role: 'operator' })
  })

  it('refuses an answer that comes twice, or to another browser', async () => {
    const { browser, back } = await signIn('ann')
    const replay = await comeBack(browser, back)
    expect(replay.headers.get('location')).toBe('/#refused=unauthorized')
    const [mine, theirs] = [new Browser(server.url), new Browser(server.url)]
    const stolen = await provider.visit(await begin(theirs), 'ann')
    for (const victim of [mine, await begun()]) {
      const response = await comeBack(victim, stolen)
      expect(response.headers.get('location')).toBe('/#refused=unauthorized')
      expect((await whoIs(victim)).signedIn).toBe(false)
    }
  })

  describe('to do what can do much harm', () => {
    const refused = 403
    const dangerous = async (browser: Browser) =>
      (await browser.send('DELETE /api/v1/users/nobody')).status

    it('takes a proof of now from the provider, of the same person', async () => {
      provider.groups['ann'] = ['fleet-admins']
      provider.groups['joe'] = ['fleet-admins']
      const { browser } = await signIn('ann')
      // The provider did not say when it saw the proof.
      expect(await dangerous(browser)).toBe(refused)
      const asked = new URL(await begin(browser, '?again=1'))
      expect(asked.searchParams.get('prompt')).toBe('login')
      expect(asked.searchParams.get('max_age')).toBe('0')

      const another = await comeBack(browser, await provider.visit(asked.href, 'joe'))
      expect(another.headers.get('location')).toBe('/#refused=unauthorized')
      expect((await whoIs(browser)).actor).toMatchObject({ name: 'ann' })
      expect(await dangerous(browser)).toBe(refused)

      const old = new Browser(server.url)
      old.setCookie('__Host-kedge', browser.cookies.get('__Host-kedge')!)
      await comeBack(browser, await provider.visit(await begin(browser, '?again=1'), 'ann'))
      expect(await dangerous(browser)).toBe(404)
      expect((await whoIs(old)).signedIn).toBe(false)
    })

    it('is asked of nobody who is not signed in', async () => {
      const response = await new Browser(server.url).send('GET /api/v1/oidc/login?again=1')
      expect(response.status).toBe(401)
    })
  })

  it('tells of the accounts that it makes and of the roles that it changes', async () => {
    provider.groups['kim'] = ['field']
    const { browser } = await signIn('kim')
    const { actor } = await whoIs(browser)
    provider.groups['kim'] = ['fleet-admins']
    await signIn('kim')
    const rows = await auditRows(server, `action=user.manage&actor=${actor!.id}`)
    expect(rows).toMatchObject(
      Array.from({ length: 2 }, () => ({ method: 'oidc', object: `users/${actor!.id}` })),
    )
  })

  it('follows no address from outside', async () => {
    const query = 'returnTo=https://evil.example&redirect_uri=https://evil.example'
    const login = await new Browser(server.url).send(`GET /api/v1/oidc/login?${query}`)
    expect(login.headers.get('location')).not.toContain('evil')
    const back = await new Browser(server.url).send(`GET /api/v1/oidc/callback?code=x&${query}`)
    expect(back.headers.get('location')).toBe('/#refused=unauthorized')
  })

  it('is kept in the trail, whether it succeeds or not', async () => {
    const rows = await auditRows(server, 'action=session')
    const oidc = rows.filter(({ method }) => method === 'oidc')
    expect(new Set(oidc.map(({ action }) => action))).toEqual(
      new Set(['session.begin', 'session.refuse']),
    )
  })

  async function begun(): Promise<Browser> {
    const browser = new Browser(server.url)
    await begin(browser)
    return browser
  }
})

const sign = (claims: JWTPayload, key: CryptoKey | Uint8Array, alg = 'RS256') =>
  new SignJWT(claims).setProtectedHeader({ alg, kid: 'k' }).sign(key)
const withClaims =
  (change: Record<string, unknown>): Forge =>
  (claims, { key }) =>
    sign({ ...claims, ...change }, key)
const hour = 3_600
const now = () => Math.floor(Date.now() / 1_000)

const forgeries: [string, Forge][] = [
  ['no signature', (claims) => Promise.resolve(new UnsecuredJWT(claims).encode())],
  [
    'the client secret as its key',
    (claims) => sign(claims, new TextEncoder().encode(oidcClient.secret), 'HS256'),
  ],
  [
    'a key of somebody else',
    async (claims) => sign(claims, (await generateKeyPair('RS256')).privateKey),
  ],
  ['another audience', withClaims({ aud: 'another' })],
  ['another issuer', withClaims({ iss: 'https://other.example' })],
  ['another nonce', withClaims({ nonce: 'n' })],
  ['no nonce', withClaims({ nonce: undefined })],
  ['an end in the past', withClaims({ exp: now() - hour })],
  [
    'a beginning in the future',
    withClaims({ iat: now() + hour, nbf: now() + hour, exp: now() + 2 * hour }),
  ],
  ['no subject', withClaims({ sub: undefined })],
]

describe('a provider that lies', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let provider: HostileOidcProvider
  let server: RunningServer

  beforeAll(async () => {
    folder = await temporaryFolder()
    provider = await HostileOidcProvider.start()
    server = await startTestServer(folder.path, settingsOf(provider.issuer))
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await provider[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })

  const signIn = async (change: Record<string, string> = {}) => {
    const browser = new Browser(server.url)
    provider.extra = change
    const response = await comeBack(browser, provider.visit(await begin(browser)))
    return { browser, leadsTo: response.headers.get('location') }
  }

  it('signs somebody in as long as it tells the truth', async () => {
    provider.forge = (claims, { key }) => sign(claims, key)
    const { browser, leadsTo } = await signIn()
    expect(leadsTo).toBe('/')
    expect((await whoIs(browser)).actor).toMatchObject({ name: 'mallory', role: 'owner' })
  })

  it.each(forgeries)('signs nobody in by an ID token with %s', async (_, forge) => {
    provider.forge = forge
    const { browser, leadsTo } = await signIn()
    expect(leadsTo).toBe('/#refused=unauthorized')
    expect((await whoIs(browser)).signedIn).toBe(false)
  })

  it.each([
    ['another state', { state: 's' }],
    ['the name of another provider', { iss: 'https://other.example' }],
    ['an error', { error: 'access_denied' }],
  ])('signs nobody in by an answer with %s', async (_, change) => {
    provider.forge = (claims, { key }) => sign(claims, key)
    const { browser, leadsTo } = await signIn(change)
    expect(leadsTo).toBe('/#refused=unauthorized')
    expect((await whoIs(browser)).signedIn).toBe(false)
  })
})
