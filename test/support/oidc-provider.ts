import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'
import { Browser } from './browser.js'

export const oidcClient = { id: 'kedge', secret: 'a secret of the client in tests' }

/** A real OpenID provider, in whose form everybody may say who they are. */
export class TestOidcProvider implements AsyncDisposable {
  readonly issuer: string
  /** Groups by name; who is not here has none. */
  readonly groups: Record<string, string[]> = {}
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    this.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  static async start(): Promise<TestOidcProvider> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new TestOidcProvider(server)
  }

  /** The address of the client is known only once its server listens. */
  serve(redirectUri: string): void {
    const provider = new Provider(this.issuer, {
      clients: [
        {
          client_id: oidcClient.id,
          client_secret: oidcClient.secret,
          redirect_uris: [redirectUri],
          token_endpoint_auth_method: 'client_secret_post',
        },
      ],
      claims: { openid: ['sub'], profile: ['preferred_username', 'groups'] },
      ttl: { AccessToken: 60, Grant: 60, IdToken: 60, Interaction: 60, Session: 60 },
      conformIdTokenClaims: false,
      cookies: { keys: ['a key of tests'] },
      findAccount: (_, id) => ({
        accountId: id,
        claims: () => ({ sub: id, preferred_username: id, groups: this.groups[id] ?? [] }),
      }),
    })
    const answer = provider.callback()
    this.#server.on('request', (request, response) => void answer(request, response))
  }

  /** Signs in and agrees, as a person would; the address to which the provider sends the browser. */
  async visit(address: string, name: string): Promise<URL> {
    const browser = new Browser(this.issuer)
    let at = new URL(address)
    for (let step = 0; step < 12; step++) {
      if (at.origin !== this.issuer) return at
      const isForm = at.pathname.startsWith('/interaction/')
      const response = isForm
        ? await this.#fill(browser, at, name)
        : await browser.send(`GET ${at.pathname}${at.search}`)
      const location = response.headers.get('location')
      if (location === null) throw new TypeError(`${at.pathname}: ${await response.text()}`)
      at = new URL(location, at)
    }
    throw new TypeError('the provider goes round in circles')
  }

  async #fill(browser: Browser, at: URL, login: string): Promise<Response> {
    const page = await (await browser.send(`GET ${at.pathname}`)).text()
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1] ?? 'consent'
    const form = new URLSearchParams({ prompt, login, password: 'any' })
    return browser.send(`POST ${at.pathname}`, form, {
      'content-type': 'application/x-www-form-urlencoded',
      origin: undefined,
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
