import { fromBase64, fromHex, toHex } from '../../util/bytes.js'
import type { TufKey } from './documents.js'
import { toRawEcdsa } from './ecdsa-signature.js'

/** A public key of a role, ready to check signatures. */
export interface PublicKey {
  /** Equal for equal keys, however they are written and whatever their ids. */
  readonly identity: string
  /** False of a signature, in hexadecimal, that cannot even be read. */
  isSigner(signature: string, bytes: Uint8Array): Promise<boolean>
}

const p256 = { name: 'ECDSA', namedCurve: 'P-256' } as const
const pss = { name: 'RSA-PSS', hash: 'SHA-256' } as const
const pem = /^\s*-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----\s*$/
const hex = /^(?:[0-9a-f]{2})+$/i
const smallestModulus = 2048

type Scheme = Parameters<typeof crypto.subtle.verify>[0]

/** By keytype and scheme (4.2); the third has the type's first name in securesystemslib. */
const importers: Readonly<Record<string, (text: string) => Promise<PublicKey>>> = {
  'ed25519 ed25519': async (text) => toPublicKey(await importRawEd25519(text), ['Ed25519']),
  'ecdsa ecdsa-sha2-nistp256': importP256,
  'ecdsa-sha2-nistp256 ecdsa-sha2-nistp256': importP256,
  'rsa rsassa-pss-sha256': importRsa,
}

/** Of the roots and delegations that are in use, whose keys check file after file. */
const imported = new WeakMap<TufKey, Promise<PublicKey | undefined>>()

/** Undefined for kinds that are not known (4.2 asks to go on without them) and for what is no key. */
export function importTufKey(key: TufKey): Promise<PublicKey | undefined> {
  const { keytype, scheme, keyval } = key
  const importer = importers[`${keytype} ${scheme}`]
  const publicKey = imported.get(key) ?? importer?.(keyval.public).catch(() => undefined)
  if (publicKey === undefined) return Promise.resolve(undefined)
  imported.set(key, publicKey)
  return publicKey
}

/** @throws when the text is not 32 bytes in hexadecimal */
export const importRawEd25519 = async (text: string): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', parseHex(text), 'Ed25519', true, ['verify'])

async function importP256(text: string): Promise<PublicKey> {
  // An uncompressed point in hexadecimal is what Sigstore's first roots have.
  const key = hex.test(text)
    ? await crypto.subtle.importKey('raw', parseHex(text), p256, true, ['verify'])
    : await crypto.subtle.importKey('spki', parsePem(text), p256, true, ['verify'])
  return toPublicKey(key, [{ name: 'ECDSA', hash: 'SHA-256' }], toRawEcdsa)
}

async function importRsa(text: string): Promise<PublicKey> {
  const key = await crypto.subtle.importKey('spki', parsePem(text), pss, true, ['verify'])
  const { modulusLength } = key.algorithm as { modulusLength: number }
  if (modulusLength < smallestModulus) throw new RangeError('the modulus is too short')
  const size = Math.ceil(modulusLength / 8)
  // The scheme leaves the salt open: most signers take the digest's length, some all that fits.
  const longest = Math.ceil((modulusLength - 1) / 8) - 32 - 2
  const schemes = [32, longest].map((saltLength) => ({ name: 'RSA-PSS', saltLength }) as const)
  // RFC 8017, 8.1.2, step 1; OpenSSL takes a signature without its leading zeros, too.
  return toPublicKey(key, schemes, (signature) =>
    signature.length === size ? signature : undefined,
  )
}

/** A key whose signatures are good when they are by one of the schemes. */
async function toPublicKey(
  key: CryptoKey,
  schemes: readonly Scheme[],
  toRaw = (signature: Uint8Array): Uint8Array | undefined => signature,
): Promise<PublicKey> {
  return {
    identity: toHex(new Uint8Array(await crypto.subtle.exportKey('spki', key))),
    isSigner: async (signature, bytes) => {
      const raw = toRaw(parseHex(signature))
      if (raw === undefined) return false
      for (const scheme of schemes) {
        if (await crypto.subtle.verify(scheme, key, raw, bytes)) return true
      }
      return false
    },
  }
}

/** Nothing, which is neither a key nor a signature, where the text is not hexadecimal. */
const parseHex = (text: string): Uint8Array => fromHex(hex.test(text) ? text : '')

const parsePem = (text: string): Uint8Array => fromBase64(pem.exec(text)?.[1] ?? '')
