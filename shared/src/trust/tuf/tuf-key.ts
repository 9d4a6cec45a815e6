import type { TrustedKey } from '../dsse.js'
import type { TufKey } from './documents.js'

/** Somebody who can sign metadata. */
export interface TufSigner {
  readonly keyId: string
  readonly key: TufKey
  sign(bytes: Uint8Array): Promise<Uint8Array>
}

/** The key object of a raw Ed25519 public key (32 bytes). */
export declare function ed25519Key(rawPublicKey: Uint8Array): TufKey

/** SHA-256 of the key object's canonical JSON, in hexadecimal (section 4.2). */
export declare function tufKeyId(key: TufKey): Promise<string>

/** A signer of the Ed25519 pair whose public half is `rawPublicKey`. */
export declare function ed25519Signer(
  privateKey: CryptoKey,
  rawPublicKey: Uint8Array,
): Promise<TufSigner>

/** The Ed25519 keys of a table, ready for openEnvelope(); other kinds are left out. */
export declare function envelopeKeys(keys: Readonly<Record<string, TufKey>>): Promise<TrustedKey[]>
