import { LinkError } from '../errors/device-error.js'
import { UsageError } from '../errors/kedge-error.js'
import { checkDocument } from '../model/document-codec.js'
import {
  enrolmentProofOf,
  enrolmentSchema,
  type DeviceKind,
  type Enrolment,
  type EnrolmentRequest,
} from '../protocol/enrolment.js'
import { mqttAudience, exportPublicKey, signToken } from '../trust/keys.js'
import { checkFirstRoot } from '../trust/first-root.js'
import { fromBase64, toBase64 } from '../util/bytes.js'
import type { Clock } from '../util/clock.js'
import type { Labels } from '../util/scalars.js'

/** The part of `fetch` that enrolling needs. */
export type Fetch = (
  url: string,
  request: { method: string; headers: Record<string, string>; body: string },
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
  readonly labels: Labels
  readonly fetch: Fetch
}

/**
 * Makes a key a device of the fleet.
 *
 * @throws LinkError `link-offline` when the server does not answer, or not now; UsageError with its
 *   reason when it refuses; TrustError when its trust root is not the one that the token pins
 */
export async function enrolDevice(options: EnrolOptions): Promise<Enrolment> {
  const response = await post(options, await toRequest(options))
  const body = await response.json().catch(() => undefined)
  if (response.ok) {
    const enrolment = checkDocument(enrolmentSchema, body)
    const pin = { fleet: enrolment.fleet, sha256: options.root }
    await checkFirstRoot(fromBase64(enrolment.root), pin)
    return enrolment
  }
  const { status } = response
  // 429: too many are enrolling just now (RFC 6585, section 4).
  if (status >= 500 || status === 429) {
    throw new LinkError(
      'link-offline',
      `the server at ${options.url} answers with status ${status}`,
    )
  }
  const detail = (body as { detail?: unknown } | null | undefined)?.detail
  const reason = typeof detail === 'string' ? detail : `status ${status}`
  throw new UsageError('unauthorized', `the server at ${options.url} refuses to enrol: ${reason}`)
}

async function toRequest({ kind, secret, keys, labels }: EnrolOptions): Promise<EnrolmentRequest> {
  const { key: publicKey } = await exportPublicKey(keys.publicKey)
  const claim = { kind, publicKey, ...(secret !== undefined && { secret }) }
  const proof = await crypto.subtle.sign('Ed25519', keys.privateKey, enrolmentProofOf(claim))
  return { ...claim, labels, proof: toBase64(new Uint8Array(proof)) }
}

async function post({ url, fetch }: EnrolOptions, request: EnrolmentRequest) {
  const address = toAddress(url)
  try {
    return await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    })
  } catch (cause) {
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
  device: string,
  privateKey: CryptoKey,
  clock: Clock,
): Promise<string> {
  const issuedAt = Math.floor(clock.now() / 1000)
  return signToken(
    { device, audience: mqttAudience, issuedAt, expires: issuedAt + passwordSeconds },
    privateKey,
  )
}
