import { z } from 'zod'
import { TrustError } from '../errors/trust-error.js'
import { concatBytes, encodeUtf8, fromBase64Url, toBase64 } from '../util/bytes.js'

/** Dead Simple Signing Envelope 1.0: github.com/secure-systems-lab/dsse, envelope.md. */
export const envelopeSchema = z.object({
  payloadType: z.string().max(200),
  payload: z.string().max(1_500_000),
  signatures: z
    .array(z.object({ keyid: z.string().max(200).optional(), sig: z.string().max(1_000) }))
    .max(16),
})

export type Envelope = z.infer<typeof envelopeSchema>

export const payloadTypes = {
  release: 'application/vnd.kedge.release.v1+json',
  desired: 'application/vnd.kedge.desired.v1+json',
  time: 'application/vnd.kedge.time.v1+json',
} as const

/** An Ed25519 public key that its holder trusts for some purpose. */
export interface TrustedKey {
  readonly id: string
  readonly key: CryptoKey
}

/** Keys of which `threshold` must have signed, each counted once. */
export interface Quorum {
  readonly keys: readonly TrustedKey[]
  readonly threshold: number
}

export interface Signer {
  readonly id: string
  readonly privateKey: CryptoKey
}

export async function signEnvelope(
  payloadType: string,
  payload: Uint8Array,
  signer: Signer,
): Promise<Envelope> {
  const signed = preAuthEncoding(payloadType, payload)
  const signature = await crypto.subtle.sign('Ed25519', signer.privateKey, signed)
  return {
    payloadType,
    payload: toBase64(payload),
    signatures: [{ keyid: signer.id, sig: toBase64(new Uint8Array(signature)) }],
  }
}

/**
 * The payload's bytes, once any of the keys, or enough of a quorum, have signed exactly them.
 * A `keyid` is a hint that nobody vouches for, so every key is tried (DSSE protocol.md, "Protocol").
 *
 * @throws TrustError `signature-invalid`
 */
export async function openEnvelope(
  envelope: Envelope,
  payloadType: string,
  trusted: readonly TrustedKey[] | Quorum,
): Promise<Uint8Array> {
  if (envelope.payloadType !== payloadType) {
    throw new TrustError(
      'signature-invalid',
      `the envelope holds ${envelope.payloadType}, not ${payloadType}`,
    )
  }
  const { keys, threshold } = 'threshold' in trusted ? trusted : { keys: trusted, threshold: 1 }
  const payload = decode(envelope.payload)
  const signed = preAuthEncoding(payloadType, payload)
  // "t-of-n distinct keys" (DSSE protocol.md): two signatures of one key count once.
  const signers = new Set<TrustedKey>()
  for (const { sig } of envelope.signatures) {
    const others = keys.filter((key) => !signers.has(key))
    const signer = await findSigner(others, sig, signed)
    if (signer) signers.add(signer)
    if (signers.size >= threshold) return payload
  }
  throw new TrustError(
    'signature-invalid',
    `${signers.size} of the ${keys.length} trusted keys have signed this ${payloadType}, ` +
      `and it takes ${threshold}`,
  )
}

/** A signature that cannot even be read is one of nobody; the next may be good. */
async function findSigner(
  keys: readonly TrustedKey[],
  sig: string,
  signed: Uint8Array,
): Promise<TrustedKey | undefined> {
  let signature: Uint8Array
  try {
    signature = fromBase64Url(sig)
  } catch {
    return undefined
  }
  for (const trusted of keys) {
    if (await crypto.subtle.verify('Ed25519', trusted.key, signature, signed)) return trusted
  }
  return undefined
}

/** PAE(type, body) = "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body (DSSE protocol.md). */
function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = encodeUtf8(payloadType)
  return concatBytes([
    encodeUtf8(`DSSEv1 ${type.length} `),
    type,
    encodeUtf8(` ${payload.length} `),
    payload,
  ])
}

/** "Either standard or URL-safe encoding is allowed" (DSSE protocol.md), and this reads both. */
function decode(base64: string): Uint8Array {
  try {
    return fromBase64Url(base64)
  } catch (cause) {
    throw new TrustError('signature-invalid', 'the envelope is not valid base64', { cause })
  }
}
