import type { TufKey } from '@kedge/shared/trust/tuf/documents'
import { ed25519Signer, tufKeyId, type TufSigner } from '@kedge/shared/trust/tuf/tuf-key'
import { concatBytes, toBase64 } from '@kedge/shared/util/bytes'

export type SignerKind = 'ed25519' | 'ecdsa' | 'rsa'

/** A fresh key pair of a kind that TUF names. Runs in Node and in a page. */
export async function createSigner(kind: SignerKind = 'ed25519'): Promise<TufSigner> {
  if (kind === 'ecdsa') return createEcdsaSigner()
  if (kind === 'rsa') return createRsaSigner()
  const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])
  const raw = await crypto.subtle.exportKey('raw', pair.publicKey)
  return ed25519Signer(pair.privateKey, new Uint8Array(raw))
}

async function createEcdsaSigner(): Promise<TufSigner> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const pair = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  return toSigner(
    'ecdsa',
    { scheme: 'ecdsa-sha2-nistp256', key: pair.publicKey },
    async (bytes) => {
      const scheme = { name: 'ECDSA', hash: 'SHA-256' }
      const raw = new Uint8Array(await crypto.subtle.sign(scheme, pair.privateKey, bytes))
      return toDer(raw)
    },
  )
}

/** `saltLength` in bytes; 32 is what most signers take. */
export async function createRsaSigner(saltLength = 32, modulusLength = 2048): Promise<TufSigner> {
  const algorithm = {
    name: 'RSA-PSS',
    hash: 'SHA-256',
    modulusLength,
    publicExponent: Uint8Array.of(1, 0, 1),
  }
  const pair = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  return toSigner('rsa', { scheme: 'rsassa-pss-sha256', key: pair.publicKey }, async (bytes) => {
    const scheme = { name: 'RSA-PSS', saltLength }
    return new Uint8Array(await crypto.subtle.sign(scheme, pair.privateKey, bytes))
  })
}

async function toSigner(
  keytype: SignerKind,
  { scheme, key }: { scheme: string; key: CryptoKey },
  sign: (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>,
): Promise<TufSigner> {
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', key))
  const tufKey: TufKey = { keytype, scheme, keyval: { public: toPem(spki) } }
  return {
    keyId: await tufKeyId(tufKey),
    key: tufKey,
    sign: (bytes) => sign(new Uint8Array(bytes)),
  }
}

export function toPem(spki: Uint8Array): string {
  const lines = toBase64(spki).match(/.{1,64}/g) ?? []
  return ['-----BEGIN PUBLIC KEY-----', ...lines, '-----END PUBLIC KEY-----', ''].join('\n')
}

/** WebCrypto gives r and s side by side; TUF carries them in DER. */
function toDer(raw: Uint8Array): Uint8Array {
  const integers = [raw.subarray(0, 32), raw.subarray(32)].map((digits) => {
    const start = digits.findIndex((byte) => byte !== 0)
    const body = digits.subarray(start)
    const padded = body[0]! >= 0x80 ? concatBytes([Uint8Array.of(0), body]) : body
    return concatBytes([Uint8Array.of(0x02, padded.length), padded])
  })
  const body = concatBytes(integers)
  return concatBytes([Uint8Array.of(0x30, body.length), body])
}
