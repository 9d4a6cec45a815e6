import { TrustError } from '../errors/trust-error.js'
import { concatBytes, encodeUtf8, fromBase64Url, toBase64 } from '../util/bytes.js'

/** Dead Simple Signing Envelope 1.0: github.com/secure-systems-lab/dsse, envelope.md. */
export interface Envelope {
  readonly payloadType: string
  /** Base64. */
  readonly payload: string
  readonly signatures: readonly { readonly keyid?: string | undefined; readonly sig: string }[]
}

/** An Ed25519 public key that its holder trusts for some purpose. */
export interface TrustedKey {
  readonly id: string
  readonly key: CryptoKey
}

/** How many distinct keys of these must have signed. */
export interface Quorum {
  readonly keys: readonly TrustedKey[]
  readonly threshold: number
}

/**
 * The payload's bytes, once enough of `trusted` have signed exactly them; one, when it is a list of keys.
 * A `keyid` is a hint that nobody vouches for, so every key is tried, and keys are counted by what
 * they are (DSSE protocol.md, "Protocol").
 *
 * @throws TrustError `signature-invalid`
 */
export async function openEnvelope(
  envelope: Envelope,
  payloadType: string,
  trusted: readonly TrustedKey[] | Quorum,
): Promise<Uint8Array> {
  const { keys, threshold } = 'threshold' in trusted ? trusted : { keys: trusted, threshold: 1 }
  if (envelope.payloadType !== payloadType) {
    throw invalid(`the envelope holds ${envelope.payloadType}, not ${payloadType}`)
  }
  const payload = readBase64(envelope.payload)
  if (!payload) throw invalid('the envelope is not valid base64')
  const signed = preAuthEncoding(payloadType, payload)
  const tries = envelope.signatures.flatMap(({ sig }) =>
    keys.map(({ key }) => findSigner(key, sig, signed)),
  )
  const { size } = new Set((await Promise.all(tries)).flat())
  // A threshold of 0 would trust what nobody has signed.
  if (size >= Math.max(threshold, 1)) return payload
  const signers = `${size} of the ${keys.length} trusted keys`
  throw invalid(`${signers} have signed this ${payloadType}; it takes ${threshold}`)
}

const invalid = (reason: string) => new TrustError('signature-invalid', reason)

/** What the key is, when it has signed; a signature that cannot even be read is one of nobody. */
async function findSigner(key: CryptoKey, sig: string, signed: Uint8Array): Promise<string[]> {
  const signature = readBase64(sig)
  const isSigner = signature && (await crypto.subtle.verify('Ed25519', key, signature, signed))
  return isSigner ? [await identityOf(key)] : []
}

/** Of keys that sign again and again. */
const identities = new WeakMap<CryptoKey, Promise<string>>()

function identityOf(key: CryptoKey): Promise<string> {
  const known = identities.get(key)
  if (known) return known
  const raw = crypto.subtle.exportKey('raw', key)
  const identity = raw.then((bytes) => toBase64(new Uint8Array(bytes)))
  identities.set(key, identity)
  return identity
}

/** PAE(type, body) = "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body (DSSE protocol.md). */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = encodeUtf8(payloadType)
  return concatBytes([
    encodeUtf8(`DSSEv1 ${type.length} `),
    type,
    encodeUtf8(` ${payload.length} `),
    payload,
  ])
}

/** "Either standard or URL-safe encoding is allowed" (DSSE protocol.md), and this reads both. */
function readBase64(text: string): Uint8Array | undefined {
  try {
    return fromBase64Url(text)
  } catch {
    return undefined
  }
}
