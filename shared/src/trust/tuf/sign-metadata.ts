import { encodeUtf8, toHex } from '../../util/bytes.js'
import { canonicalJson } from '../../util/canonical-json.js'
import type { SignedDocument } from './documents.js'
import type { TufSigner } from './tuf-key.js'
import { readMetadata, type MetadataFile } from './verify-metadata.js'

/** The bytes of a metadata file: `signed` with a signature of each signer over its canonical JSON. */
export const signMetadata = (
  signed: SignedDocument,
  signers: readonly TufSigner[],
): Promise<Uint8Array<ArrayBuffer>> => write({ signed, signatures: [] }, signers)

/**
 * The file with signatures added beside those it has, or in their place when the key is the same:
 * how several holders sign one root, one after another.
 *
 * @throws TrustError `metadata-invalid`
 */
export const addSignatures = async (
  file: Uint8Array,
  type: SignedDocument['_type'],
  signers: readonly TufSigner[],
): Promise<Uint8Array<ArrayBuffer>> => write(readMetadata(file, type), signers)

async function write(
  { signed, signatures }: MetadataFile,
  signers: readonly TufSigner[],
): Promise<Uint8Array<ArrayBuffer>> {
  // What a reader will parse is what is signed: without the members that are undefined.
  const text = JSON.stringify(signed)
  const bytes = encodeUtf8(canonicalJson(JSON.parse(text)))
  const added = await Promise.all(
    signers.map(async (signer) => ({ keyid: signer.keyId, sig: toHex(await signer.sign(bytes)) })),
  )
  const kept = signatures.filter(({ keyid }) => !added.some((other) => other.keyid === keyid))
  return encodeUtf8(`{"signatures":${JSON.stringify([...kept, ...added])},"signed":${text}}`)
}
