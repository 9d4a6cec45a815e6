import { fromBase64, fromHex, toHex } from '../../util/bytes.js'
import type { TufKey } from './documents.js'
import { toRawEcdsa } from './ecdsa-signature.js'

/** A public key of a role, ready to check signatures. */
export interface PublicKey {
  /** Equal for equal keys, however they are written and whatever their ids. */
  readonly identity: string
  isSigner(signature: Uint8Array, bytes: Uint8Array): Promise<boolean>
}

const p256 = { name: 'ECDSA', namedCurve: 'P-256' } as const
const pss = { name: 'RSA-PSS', hash: 'SHA-256' } as const
const pem = /^\s*-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----\s*$/
const hex = /^(?:[0-9a-f]{2})+$/i
const smallestModulus = 2048

/** Of the roots and delegations that are in use, whose keys check file after file. */
const imported = new WeakMap<TufKey, Promise<PublicKey | undefined>>()

/** Undefined for kinds that are not known (4.2 asks to go on without them) and for what is no key. */
export function importTufKey(key: TufKey): Promise<PublicKey | undefined> {
  const publicKey = imported.get(key) ?? importKey(key)
  imported.set(key, publicKey)
  return publicKey
}

async function importKey({ keytype, scheme, keyval }: TufKey): Promise<PublicKey | undefined> {
  try {
    if (keytype === 'ed25519' && scheme === 'ed25519') return await importEd25519(keyval.public)
    if (keytype === 'rsa' && scheme === 'rsassa-pss-sha256') return await importRsa(keyval.public)
    // The second is the name that securesystemslib gave the type at first.
    if (keytype !== 'ecdsa' && keytype !== 'ecdsa-sha2-nistp256') return undefined
    return scheme === 'ecdsa-sha2-nistp256' ? await importP256(keyval.public) : undefined
  } catch {
    return undefined
  }
}

/** @throws when the text is not 32 bytes in hexadecimal */
export const importRawEd25519 = async (text: string): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', parseHex(text), 'Ed25519', true, ['verify'])

async function importEd25519(text: string): Promise<PublicKey> {
  const key = await importRawEd25519(text)
  return {
    identity: text.toLowerCase(),
    isSigner: (signature, bytes) => crypto.subtle.verify('Ed25519', key, signature, bytes),
  }
}

async function importP256(text: string): Promise<PublicKey> {
  // An uncompressed point in hexadecimal is what Sigstore's first roots have.
  const key = hex.test(text)
    ? await crypto.subtle.importKey('raw', parseHex(text), p256, true, ['verify'])
    : await crypto.subtle.importKey('spki', parsePem(text), p256, true, ['verify'])
  return {
    identity: await identify(key),
    isSigner: async (signature, bytes) => {
      const raw = toRawEcdsa(signature)
      if (raw === undefined) return false
      return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, raw, bytes)
    },
  }
}

async function importRsa(text: string): Promise<PublicKey> {
  const key = await crypto.subtle.importKey('spki', parsePem(text), pss, true, ['verify'])
  const { modulusLength } = key.algorithm as { modulusLength: number }
  if (modulusLength < smallestModulus) throw new RangeError('the modulus is too short')
  // The scheme leaves the salt open: most signers take the digest's length, some all that fits.
  const longest = Math.ceil((modulusLength - 1) / 8) - 32 - 2
  return {
    identity: await identify(key),
    isSigner: async (signature, bytes) => {
      for (const saltLength of [32, longest]) {
        const scheme = { name: 'RSA-PSS', saltLength } as const
        if (await crypto.subtle.verify(scheme, key, signature, bytes)) return true
      }
      return false
    },
  }
}

const identify = async (key: CryptoKey): Promise<string> =>
  toHex(new Uint8Array(await crypto.subtle.exportKey('spki', key)))

function parseHex(text: string): Uint8Array {
  if (!hex.test(text)) throw new RangeError('it is not hexadecimal')
  return fromHex(text)
}

function parsePem(text: string): Uint8Array {
  const body = pem.exec(text)?.[1]
  if (body === undefined) throw new RangeError('it is not PEM')
  return fromBase64(body)
}
