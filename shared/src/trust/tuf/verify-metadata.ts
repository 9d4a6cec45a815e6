import { TrustError } from '../../errors/trust-error.js'
import { parseWholeNumberJson } from '../../model/strict-json.js'
import { decodeUtf8, encodeUtf8, fromHex } from '../../util/bytes.js'
import { canonicalJson } from '../../util/canonical-json.js'
import { checkDocument } from './check-documents.js'
import type { MetadataSignature, RoleKeys, SignedDocument, TufKeys } from './documents.js'
import { checkFields, demand, own, textOf } from './form.js'
import { importTufKey } from './public-key.js'

type DocumentOf<T extends SignedDocument['_type']> = Extract<SignedDocument, { _type: T }>

/** A document with the signatures of its file. Nothing has been trusted yet. */
export interface MetadataFile<T extends SignedDocument = SignedDocument> {
  readonly signed: T
  readonly signatures: readonly MetadataSignature[]
}

/** Signatures of one file that are looked at; more keys than that no role has. */
const mostSignatures = 64

/**
 * Reads a metadata file without trusting it: form and type only (4.2).
 * Parsing goes before verifying, because TUF signs what was parsed; hence the strict parser.
 *
 * @throws TrustError `metadata-invalid`
 */
export function readMetadata<T extends SignedDocument['_type']>(
  bytes: Uint8Array,
  type: T,
): MetadataFile<DocumentOf<T>> {
  const file = parse(bytes)
  checkFields(file, 'the file')
  const signatures = own(file, 'signatures')
  demand(
    Array.isArray(signatures) && signatures.length <= mostSignatures,
    'signatures is no list, or too long',
  )
  const keyIds = signatures.map((signature: unknown) => {
    checkFields(signature, 'a signature')
    textOf(signature, 'sig', 'a signature')
    return textOf(signature, 'keyid', 'a signature')
  })
  // 4.2: "The keyid MUST be unique in the 'signatures' array".
  demand(new Set(keyIds).size === keyIds.length, 'a key id has two signatures')
  const signed = own(file, 'signed')
  checkDocument(signed, type)
  return { signed: signed as DocumentOf<T>, signatures: signatures as MetadataSignature[] }
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
  const signers = new Set<string>()
  for (const keyId of role.keyids) {
    const sig = signatures.find(({ keyid }) => keyid === keyId)?.sig
    const tufKey = own(keys, keyId)
    // A signature that cannot even be read is one of nobody; others may make up the threshold.
    if (sig === undefined || tufKey === undefined || !/^(?:[0-9a-f]{2})+$/i.test(sig)) continue
    const key = await importTufKey(tufKey)
    if (key && (await key.isSigner(fromHex(sig), bytes))) signers.add(key.identity)
    if (signers.size >= role.threshold) return
  }
  throw new TrustError(
    'signature-invalid',
    `${signed._type} ${signed.version} has ${signers.size} of ${role.threshold} signatures it needs`,
  )
}
