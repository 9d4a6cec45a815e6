import type { SignedDocument } from './documents.js'
import type { TufSigner } from './tuf-key.js'

/** The bytes of a metadata file: `signed` with one signature of each signer over its canonical JSON. */
export declare function signMetadata(
  signed: SignedDocument,
  signers: readonly TufSigner[],
): Promise<Uint8Array<ArrayBuffer>>

/** The file with signatures added (or renewed) beside those it has; what is signed stays as it is. */
export declare function addSignatures(
  file: Uint8Array,
  signers: readonly TufSigner[],
): Promise<Uint8Array<ArrayBuffer>>
