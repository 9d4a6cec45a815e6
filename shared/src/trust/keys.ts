import { z } from 'zod'
import { DocumentError } from '../errors/document-error.js'
import { encodeUtf8, fromBase64, toBase64, toBase64Url, toHex } from '../util/bytes.js'
import { webSha256 } from '../util/sha256.js'
import type { TrustedKey } from './dsse.js'
import type { Signer } from './sign-envelope.js'

/** A public key as documents carry it: the raw 32 bytes of Ed25519 (RFC 8032) in base64. */
export const publicKeySchema = z.object({ id: z.string().max(80), key: z.string().length(44) })
export type PublicKey = z.infer<typeof publicKeySchema>

/** A key pair in a file of its owner. */
export const keyFileSchema = z.object({
  kedge: z.literal('key/1'),
  id: z.string(),
  name: z.string(),
  publicKey: z.string().length(44),
  /** PKCS #8 in base64; where it takes a passphrase, in PEM (RFC 5958, EncryptedPrivateKeyInfo). */
  privateKey: z.string(),
})
export type KeyFile = z.infer<typeof keyFileSchema>

export const generateKeyPair = (extractable: boolean) =>
  crypto.subtle.generateKey('Ed25519', extractable, ['sign', 'verify'])

/** The first 20 hexadecimal digits of the SHA-256 of the raw public key. */
export async function keyId(rawPublicKey: Uint8Array): Promise<string> {
  return (await webSha256(rawPublicKey)).slice(0, 20)
}

export async function exportPublicKey(key: CryptoKey): Promise<PublicKey> {
  const raw = new Uint8Array(await crypto.subtle.exportKey('raw', key))
  return { id: await keyId(raw), key: toBase64(raw) }
}

/** @throws DocumentError when it is no Ed25519 public key */
export async function importPublicKey({ id, key }: PublicKey): Promise<TrustedKey> {
  try {
    const raw = fromBase64(key)
    return { id, key: await crypto.subtle.importKey('raw', raw, 'Ed25519', true, ['verify']) }
  } catch (cause) {
    throw new DocumentError('document-invalid', `key ${id} is no Ed25519 public key`, { cause })
  }
}

/** A new key pair in the form of a key file; whoever calls keeps it secret. */
export async function createKeyFile(name: string): Promise<KeyFile> {
  const pair = await generateKeyPair(true)
  const { id, key } = await exportPublicKey(pair.publicKey)
  const privateKey = toBase64(
    new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey)),
  )
  return { kedge: 'key/1', id, name, publicKey: key, privateKey }
}

export async function importSigner(file: KeyFile): Promise<Signer> {
  const privateKey = await crypto.subtle.importKey(
    'pkcs8',
    fromBase64(file.privateKey),
    'Ed25519',
    false,
    ['sign'],
  )
  return { id: file.id, privateKey }
}

/** The id of a device is derived from its key, so nobody else can claim it. */
export async function deviceIdOf(
  kind: 'agent' | 'browser',
  publicKey: Uint8Array,
): Promise<string> {
  return `${kind === 'agent' ? 'd' : 'b'}-${await keyId(publicKey)}`
}

export interface TokenClaims {
  readonly device: string
  readonly audience: string
  /** Seconds since the Unix epoch, as RFC 7519 counts. */
  readonly issuedAt: number
  readonly expires: number
}

/** A JSON Web Token signed with EdDSA (RFC 7519, RFC 8037) in compact form. */
export async function signToken(claims: TokenClaims, privateKey: CryptoKey): Promise<string> {
  const part = (value: unknown) => toBase64Url(encodeUtf8(JSON.stringify(value)))
  const header = part({ alg: 'EdDSA', typ: 'JWT' })
  const body = part({
    iss: claims.device,
    sub: claims.device,
    aud: claims.audience,
    iat: claims.issuedAt,
    exp: claims.expires,
    jti: toHex(crypto.getRandomValues(new Uint8Array(8))),
  })
  const signature = await crypto.subtle.sign('Ed25519', privateKey, encodeUtf8(`${header}.${body}`))
  return `${header}.${body}.${toBase64Url(new Uint8Array(signature))}`
}

/** Whom a device's MQTT password is for: the broker of one fleet and of no other. */
export const mqttAudience = (fleet: string): string => `${fleet}:mqtt`
