import type { RoleKeys, SignedDocument, TufKeys } from './documents.js'

/** A document with the signatures of its file; `signed` is what they cover. */
export interface MetadataFile<T extends SignedDocument = SignedDocument> {
  readonly signed: T
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[]
}

/**
 * Reads a metadata file without trusting it: form and type only.
 * @throws TrustError `metadata-invalid`
 */
export declare function readMetadata<T extends SignedDocument['_type']>(
  bytes: Uint8Array,
  type: T,
): MetadataFile<Extract<SignedDocument, { _type: T }>>

/**
 * Holds when at least `role.threshold` distinct keys of the role have signed the file.
 * @throws TrustError `signature-invalid`
 */
export declare function verifyMetadata(
  file: MetadataFile,
  role: RoleKeys,
  keys: TufKeys,
): Promise<void>
