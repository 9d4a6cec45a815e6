import { TrustError } from '@kedge/shared/errors/trust-error'
import type { TargetsDocument } from '@kedge/shared/trust/tuf/documents'
import { verifyMetadata, type MetadataFile } from '@kedge/shared/trust/tuf/verify-metadata'
import { grantOf } from './grant-model.js'

/**
 * Checks that keys to which a model was granted have signed its role.
 *
 * @returns ids of those keys whose signatures are good
 * @throws TrustError `signature-invalid`, saying how a key gets a grant
 */
export async function checkGrant(
  targets: TargetsDocument,
  model: string,
  file: MetadataFile,
): Promise<string[]> {
  const { keys } = targets.delegations ?? { keys: {} }
  const { keyids, threshold } = grantOf(targets, model) ?? { keyids: [], threshold: 1 }
  const good: string[] = []
  for (const keyid of keyids) {
    if (await hasSigned(file, keyid, keys)) good.push(keyid)
  }
  if (good.length >= threshold) return good
  const signed = file.signatures.map(({ keyid }) => keyid.slice(0, 20)).join(', ') || 'nobody'
  throw new TrustError(
    'signature-invalid',
    `${model} takes ${threshold} signatures of ${keyids.length} granted keys, and has ` +
      `${good.length} (it is signed by ${signed}); whoever holds the targets key runs ` +
      `\`kedge key grant ${model} --to KEY --key TARGETS.json\``,
  )
}

/** Whether the key has signed the file; a key that cannot be read has signed nothing. */
export const hasSigned = (
  file: MetadataFile,
  keyid: string,
  keys: NonNullable<TargetsDocument['delegations']>['keys'],
): Promise<boolean> =>
  verifyMetadata(file, { keyids: [keyid], threshold: 1 }, keys).then(
    () => true,
    () => false,
  )
