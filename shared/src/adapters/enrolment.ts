import { LinkError } from '../errors/device-error.js'
import { UsageError } from '../errors/kedge-error.js'
import { tlsFailureOf } from '../errors/tls-failure.js'
import { checkDocument } from '../model/document-codec.js'
import {
  challengeSchema,
  enrolmentProofOf,
  enrolmentSchema,
  renewalProofOf,
  waitingSchema,
  type Challenge,
  type DeviceKind,
  type Enrolment,
  type EnrolmentRequest,
} from '../protocol/enrolment.js'
import { mqttAudience, exportPublicKey, signToken } from '../trust/keys.js'
import { checkFirstRoot } from '../trust/first-root.js'
import { encodeUtf8, fromBase64, toBase64 } from '../util/bytes.js'
import type { Clock } from '../util/clock.js'
import type { Labels } from '../util/scalars.js'
import { webSha256 } from '../util/sha256.js'

/** The part of `fetch` that enrolling needs. */
export type Fetch = (
  url: string,
  request: { method: string; headers: Record<string, string>; body?: string },
) => Promise<{ readonly ok: boolean; readonly status: number; json(): Promise<unknown> }>

export interface DeviceKeys {
  readonly publicKey: CryptoKey
  readonly privateKey: CryptoKey
}

export interface EnrolOptions {
  readonly kind: DeviceKind
  /** Address of the server. */
  readonly url: string
  /** From the enrolment token; a page that the server itself serves has none. */
  readonly secret?: string
  /** SHA-256 of the root.json to begin with, from the enrolment token. */
  readonly root?: string
  readonly keys: DeviceKeys
  /** The browser that goes on under `keys`, and the key it has had. */
  readonly renews?: { readonly device: string; readonly keys: DeviceKeys }
  readonly labels: Labels
  readonly fetch: Fetch
}

/**
 * Makes a key a device of the fleet. The same key may ask again: it is the same device.
 *
 * @throws LinkError `link-offline` when the server does not answer, or not now, `approval-pending`
 *   while an operator has yet to agree, and the codes of TLS; UsageError with its reason when it
 *   refuses; TrustError when its trust root is not the one that the token pins
 */
export async function enrolDevice(options: EnrolOptions): Promise<Enrolment> {
  const challenge = checkDocument(challengeSchema, await ask(options))
  const answer = await ask(options, await toRequest(options, challenge))
  const { data: waiting } = waitingSchema.safeParse(answer)
  if (waiting) {
    throw new LinkError('approval-pending', `an operator has to approve ${waiting.device}`)
  }
  const enrolment = checkDocument(enrolmentSchema, answer)
  const pin = { fleet: enrolment.fleet, sha256: options.root }
  await checkFirstRoot(fromBase64(enrolment.root), pin)
  return enrolment
}

async function toRequest(
  { kind, secret, keys, renews, labels }: EnrolOptions,
  challenge: Challenge,
): Promise<EnrolmentRequest> {
  const { key: publicKey } = await exportPublicKey(keys.publicKey)
  const tokenHash = secret === undefined ? '' : await webSha256(encodeUtf8(secret))
  const claim = enrolmentProofOf({ kind, publicKey, tokenHash, challenge })
  const renewal = renews && renewalProofOf({ device: renews.device, publicKey, challenge })
  return {
    kind,
    publicKey,
    ...(secret !== undefined && { secret }),
    labels,
    nonce: challenge.nonce,
    proof: await prove(keys, claim),
    ...(renews &&
      renewal && { renews: { device: renews.device, proof: await prove(renews.keys, renewal) } }),
  }
}

async function prove({ privateKey }: DeviceKeys, claim: Uint8Array<ArrayBuffer>): Promise<string> {
  return toBase64(new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, claim)))
}

/** The body of an answer that is no refusal. */
async function ask(options: EnrolOptions, request?: EnrolmentRequest): Promise<unknown> {
  const { url } = options
  const response = await send(options, request)
  const body = await response.json().catch(() => undefined)
  if (response.ok) return body
  const { status } = response
  // 429: too many are enrolling just now (RFC 6585, section 4).
  if (status >= 500 || status === 429) {
    throw new LinkError('link-offline', `the server at ${url} answers with status ${status}`)
  }
  const detail = (body as { detail?: unknown } | null | undefined)?.detail
  const reason = typeof detail === 'string' ? detail : `status ${status}`
  throw new UsageError('unauthorized', `the server at ${url} refuses to enrol: ${reason}`)
}

async function send({ url, fetch }: EnrolOptions, request: EnrolmentRequest | undefined) {
  const address = toAddress(url)
  try {
    return await fetch(address, {
      method: request ? 'POST' : 'GET',
      headers: request ? { 'content-type': 'application/json' } : {},
      ...(request && { body: JSON.stringify(request) }),
    })
  } catch (cause) {
    const failure = tlsFailureOf(cause)
    if (failure) throw new LinkError(failure.code, `${url} ${failure.says}`, { cause })
    throw new LinkError('link-offline', `the server at ${url} does not answer`, { cause })
  }
}

function toAddress(url: string): string {
  try {
    return new URL('/api/v1/enrol', url).href
  } catch (cause) {
    throw new UsageError('usage', `${url} is not the address of a server`, { cause })
  }
}

/** So long a password is good for; the broker allows ten minutes at most. */
const passwordSeconds = 300

/** A fresh MQTT password: a token that says who the device is, signed with its key. */
export function devicePassword(
  { device, fleet }: Pick<Enrolment, 'device' | 'fleet'>,
  privateKey: CryptoKey,
  clock: Clock,
): Promise<string> {
  const issuedAt = Math.floor(clock.now() / 1000)
  return signToken(
    { device, audience: mqttAudience(fleet), issuedAt, expires: issuedAt + passwordSeconds },
    privateKey,
  )
}
