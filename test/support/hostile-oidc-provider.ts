import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type CryptoKey, type JWK, type JWTPayload } from 'jose'

export interface Question {
  readonly issuer: string
  readonly nonce: string
  readonly key: CryptoKey
}

/** Makes the ID token that the provider gives, by what the client asked. */
export type Forge = (claims: JWTPayload, question: Question) => Promise<string>

/** An OpenID provider that says whatever a test makes it say. */
export class HostileOidcProvider implements AsyncDisposable {
  readonly issuer: string
  forge: Forge = () => Promise.reject(new TypeError('nothing to say'))
  /** What comes back beside the code. */
  extra: Record<string, string> = {}
  #nonce = ''
  readonly #server: Server
  readonly #key: CryptoKey
  readonly #jwk: JWK

  private constructor(server: Server, key: CryptoKey, jwk: JWK) {
    this.#server = server
    this.#key = key
    this.#jwk = jwk
    this.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    server.on('request', (request, response) => void this.#answer(request, response))
  }

  static async start(): Promise<HostileOidcProvider> {
    const { privateKey, publicKey } = await generateKeyPair('RS256')
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256', use: 'sig' }
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new HostileOidcProvider(server, privateKey, jwk)
  }

  /** What the provider would do with a browser that it knows: back at once, with a code. */
  visit(address: string): URL {
    const asked = new URL(address).searchParams
    this.#nonce = asked.get('nonce') ?? ''
    const back = new URL(asked.get('redirect_uri') ?? '')
    const answer = { code: 'c', state: asked.get('state') ?? '', iss: this.issuer, ...this.extra }
    for (const [name, value] of Object.entries(answer)) back.searchParams.set(name, value)
    return back
  }

  async #answer({ url }: IncomingMessage, response: ServerResponse): Promise<void> {
    const { issuer } = this
    const documents: Record<string, () => Promise<object> | object> = {
      '/.well-known/openid-configuration': () => ({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        response_types_supported: ['code'],
        id_token_signing_alg_values_supported: ['RS256'],
        authorization_response_iss_parameter_supported: true,
      }),
      '/keys': () => ({ keys: [this.#jwk] }),
      '/token': async () => ({
        access_token: 'a',
        token_type: 'bearer',
        id_token: await this.#token(),
      }),
    }
    const document = await documents[url ?? '']?.()
    response.writeHead(document ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(document ?? {}))
  }

  #token(): Promise<string> {
    const now = Math.floor(Date.now() / 1_000)
    const claims = {
      ...{ iss: this.issuer, aud: 'kedge', sub: 'mallory', nonce: this.#nonce },
      ...{ iat: now, exp: now + 60, groups: ['owner'] },
    }
    return this.forge(claims, { issuer: this.issuer, nonce: this.#nonce, key: this.#key })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
