import * as oidc from 'openid-client'
import type { OidcConfig } from '../config/oidc-config.js'
import { proofLife } from './proof.js'

/** What a sign-in under way must be answered with; kept here, and never seen by the browser. */
export interface OidcExpectation {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  readonly redirectUri: string
  /** Whose proof is asked for anew, where somebody is signed in already. */
  readonly again?: SignedIn
}

/** An account, and the hash of the id of its session. */
export interface SignedIn {
  readonly account: string
  readonly session: string
}

/** What the provider says of somebody, once its word has been checked. */
export interface OidcPerson {
  readonly issuer: string
  readonly subject: string
  readonly claims: Readonly<Record<string, unknown>>
  /** When they proved to the provider who they are, in ms since the epoch; 0 where it does not say. */
  readonly provedAt: number
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/

/** The OpenID provider of this server (OpenID Connect Core 1.0, code flow with PKCE). */
export class OidcProvider {
  readonly config: OidcConfig
  readonly #secret: string | undefined
  #discovered: Promise<oidc.Configuration> | undefined

  constructor(config: OidcConfig, secret: string | undefined) {
    this.config = config
    this.#secret = secret
  }

  /**
   * Where the browser goes to sign in, and what the answer will be checked against. `again`
   * makes the provider ask for a proof even of whom it knows (OpenID Connect Core 1.0, 3.1.2.1).
   */
  async begin(
    redirectUri: string,
    again?: SignedIn,
  ): Promise<{ url: URL; expected: OidcExpectation }> {
    const provider = await this.#discover()
    const expected = {
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      verifier: oidc.randomPKCECodeVerifier(),
      redirectUri,
      ...(again && { again }),
    }
    const url = oidc.buildAuthorizationUrl(provider, {
      redirect_uri: redirectUri,
      scope: 'openid profile email',
      state: expected.state,
      nonce: expected.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(expected.verifier),
      code_challenge_method: 'S256',
      ...(again && { prompt: 'login', max_age: '0' }),
    })
    return { url, expected }
  }

  /**
   * Exchanges the code of an answer. State, issuer, nonce, audience, times and signature of the ID
   * token are checked here (RFC 9207; OpenID Connect Core 1.0, 3.1.3.7).
   *
   * @throws Error of the library when any of it does not hold
   */
  async finish(query: string, expected: OidcExpectation): Promise<OidcPerson> {
    const provider = await this.#discover()
    const tokens = await oidc.authorizationCodeGrant(
      provider,
      new URL(`${expected.redirectUri}${query}`),
      {
        expectedState: expected.state,
        expectedNonce: expected.nonce,
        pkceCodeVerifier: expected.verifier,
        idTokenExpected: true,
        // The provider has to say when it saw the proof; an old one is not what was asked for.
        ...(expected.again && { maxAge: proofLife / 1_000 }),
      },
    )
    const claims = tokens.claims()
    if (claims === undefined) throw new TypeError('the provider gave no ID token')
    const provedAt = (claims.auth_time ?? 0) * 1_000
    return { issuer: claims.iss, subject: claims.sub, claims, provedAt }
  }

  /** Asked for when it is first needed: a provider that is away must not keep this server from it. */
  #discover(): Promise<oidc.Configuration> {
    this.#discovered ??= this.#ask().catch((error: unknown) => {
      this.#discovered = undefined
      throw error
    })
    return this.#discovered
  }

  #ask(): Promise<oidc.Configuration> {
    const { issuer, clientId } = this.config
    const url = new URL(issuer)
    const isPlain = url.protocol === 'http:' && loopback.test(url.hostname)
    const proof = this.#secret === undefined ? oidc.None() : oidc.ClientSecretPost(this.#secret)
    return oidc.discovery(url, clientId, undefined, proof, {
      execute: [
        // Checks the signature of the ID token too, not only that it came by TLS.
        oidc.enableNonRepudiationChecks,
        ...(isPlain ? [oidc.allowInsecureRequests] : []),
      ],
    })
  }
}
