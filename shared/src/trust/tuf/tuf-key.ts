import { encodeUtf8, toHex } from '../../util/bytes.js'
import { canonicalJson } from '../../util/canonical-json.js'
import { webSha256 } from '../../util/sha256.js'
import type { TrustedKey } from '../dsse.js'
import type { TufKey, TufKeys } from './documents.js'
import { importRawEd25519 } from './public-key.js'

/** Somebody who can sign metadata. */
export interface TufSigner {
  readonly keyId: string
  readonly key: TufKey
  sign(bytes: Uint8Array): Promise<Uint8Array>
}

/** The key object of a raw Ed25519 public key (32 bytes). */
export const ed25519Key = (rawPublicKey: Uint8Array): TufKey => ({
  keytype: 'ed25519',
  scheme: 'ed25519',
  keyval: { public: toHex(rawPublicKey) },
})

/** SHA-256 of the key object's canonical JSON, in hexadecimal (4.2). */
export const tufKeyId = (key: TufKey): Promise<string> => webSha256(encodeUtf8(canonicalJson(key)))

/** A signer of the Ed25519 pair whose public half is `rawPublicKey`. */
export async function ed25519Signer(
  privateKey: CryptoKey,
  rawPublicKey: Uint8Array,
): Promise<TufSigner> {
  const key = ed25519Key(rawPublicKey)
  return {
    keyId: await tufKeyId(key),
    key,
    sign: async (bytes) => new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, bytes)),
  }
}

/** The Ed25519 keys of a table, ready for openEnvelope(); what is none is left out. */
export async function envelopeKeys(keys: TufKeys): Promise<TrustedKey[]> {
  const imported = Object.entries(keys).map(async ([id, { keytype, keyval }]) => {
    if (keytype !== 'ed25519') return []
    return importRawEd25519(keyval.public).then(
      (key) => [{ id, key }],
      () => [],
    )
  })
  return (await Promise.all(imported)).flat()
}
