import { TrustError } from '@kedge/shared/errors/trust-error'
import type { RoleKeys, TufKeys } from '@kedge/shared/trust/tuf/documents'
import { verifyMetadata, type MetadataFile } from '@kedge/shared/trust/tuf/verify-metadata'

/** Whose signatures a file has, of those that a role asks for. */
export interface SignatureTally {
  readonly threshold: number
  /** Ids of keys whose signatures are good. */
  readonly good: readonly string[]
  /** Ids of the others that could sign. */
  readonly missing: readonly string[]
}

export async function tallySignatures(
  file: MetadataFile,
  { keyids, threshold }: RoleKeys,
  keys: TufKeys,
): Promise<SignatureTally> {
  const good: string[] = []
  for (const keyid of keyids) {
    if (await hasSigned(file, keyid, keys)) good.push(keyid)
  }
  return { threshold, good, missing: keyids.filter((id) => !good.includes(id)) }
}

export const isEnough = ({ good, threshold }: SignatureTally): boolean => good.length >= threshold

/** As much of a key's id as people compare; `--remove` takes the same. */
export const shortKeyId = (keyId: string): string => keyId.slice(0, 12)

/** `has 1 of 2 signatures; still to sign: 1 of 0323…, b83a…` */
export function formatShortfall(
  { threshold, good, missing }: SignatureTally,
  nameOf: (keyId: string) => string = shortKeyId,
): string {
  const holders = missing.map(nameOf).join(', ') || 'nobody'
  const lacking = threshold - good.length
  const whom = lacking < missing.length ? `${lacking} of ${holders}` : holders
  return `has ${good.length} of ${threshold} signatures; still to sign: ${whom}`
}

/**
 * @param what names the file and whose signatures it takes, for the message
 * @throws TrustError `signature-invalid`, saying who is missing and how one signs
 */
export async function demandSignatures(
  what: string,
  file: MetadataFile,
  by: { readonly role: RoleKeys; readonly keys: TufKeys },
): Promise<void> {
  const tally = await tallySignatures(file, by.role, by.keys)
  if (isEnough(tally)) return
  throw new TrustError(
    'signature-invalid',
    `${what} ${formatShortfall(tally)}; each adds one with \`kedge key sign FILE --key KEY\``,
  )
}

/** Whether the key has signed the file; a key that cannot be read has signed nothing. */
export const hasSigned = (file: MetadataFile, keyid: string, keys: TufKeys): Promise<boolean> =>
  verifyMetadata(file, { keyids: [keyid], threshold: 1 }, keys).then(
    () => true,
    () => false,
  )
