import { TrustError } from '../../errors/trust-error.js'
import { parseWholeNumberJson } from '../../model/strict-json.js'
import { decodeUtf8, encodeUtf8 } from '../../util/bytes.js'
import { canonicalJson } from '../../util/canonical-json.js'
import { documentForms, fileForms } from './document-forms.js'
import type {
  DocumentTypes,
  MetadataSignature,
  RoleKeys,
  SignedDocument,
  TufKeys,
} from './documents.js'
import { checkFields, own } from './form.js'
import { importTufKey } from './public-key.js'

/** A document with the signatures of its file. Nothing has been trusted yet. */
export interface MetadataFile<T extends SignedDocument = SignedDocument> {
  readonly signed: T
  readonly signatures: readonly MetadataSignature[]
}

/**
 * Reads a metadata file without trusting it: form and type only (4.2).
 * Parsing goes before verifying, because TUF signs what was parsed; hence the strict parser.
 *
 * @throws TrustError `metadata-invalid`
 */
export function readMetadata<T extends keyof DocumentTypes>(
  bytes: Uint8Array,
  type: T,
): MetadataFile<DocumentTypes[T]> {
  const file = parse(bytes) as MetadataFile<DocumentTypes[T]>
  checkFields(file, fileForms, 'file')
  checkFields(file.signed, documentForms[type], type)
  return file
}

function parse(bytes: Uint8Array): unknown {
  try {
    return parseWholeNumberJson(decodeUtf8(bytes))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new TrustError('metadata-invalid', `not strict JSON: ${reason}`, { cause })
  }
}

/**
 * Holds when at least `role.threshold` distinct keys of the role have signed the document.
 * Keys are told apart by what they are, so one key under two ids counts once.
 *
 * @throws TrustError `signature-invalid`
 */
export async function verifyMetadata(
  { signed, signatures }: MetadataFile,
  role: RoleKeys,
  keys: TufKeys,
): Promise<void> {
  const bytes = encodeUtf8(canonicalJson(signed))
  const signers = signatures.map(async ({ keyid, sig }) => {
    const tufKey = role.keyids.includes(keyid) ? own(keys, keyid) : undefined
    const key = tufKey && (await importTufKey(tufKey))
    return key && (await key.isSigner(sig, bytes)) ? [key.identity] : []
  })
  const { size } = new Set((await Promise.all(signers)).flat())
  if (size >= role.threshold) return
  throw new TrustError(
    'signature-invalid',
    `${signed._type} ${signed.version} has ${size} of ${role.threshold} signatures it needs`,
  )
}
