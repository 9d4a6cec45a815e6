import { TrustError } from '@kedge/shared/errors/trust-error'
import type { TargetsDocument } from '@kedge/shared/trust/tuf/documents'
import type { MetadataFile } from '@kedge/shared/trust/tuf/verify-metadata'
import { grantOf } from './grant-model.js'
import { formatShortfall, isEnough, shortKeyId, tallySignatures } from './signature-tally.js'

export interface GrantCheck {
  readonly model: string
  readonly file: MetadataFile
  /** Names of the keys that are known, by TUF id. */
  readonly names: ReadonlyMap<string, string>
}

/**
 * Checks that keys to which a model was granted have signed its role.
 *
 * @returns ids of those keys whose signatures are good
 * @throws TrustError `signature-invalid`, saying who is missing, or how a key gets a grant
 */
export async function checkGrant(
  targets: TargetsDocument,
  { model, file, names }: GrantCheck,
): Promise<readonly string[]> {
  const role = grantOf(targets, model) ?? { keyids: [], threshold: 1 }
  const tally = await tallySignatures(file, role, targets.delegations?.keys ?? {})
  if (isEnough(tally)) return tally.good
  const nameOf = (id: string) => {
    const name = names.get(id)
    return name === undefined ? shortKeyId(id) : `${name} (${shortKeyId(id)})`
  }
  throw new TrustError(
    'signature-invalid',
    tally.good.length > 0
      ? `${model} takes ${tally.threshold} publishers: its file ${formatShortfall(tally, nameOf)}; ` +
          'each adds one to the folder of `kedge model sign` with `kedge model sign DIR --key KEY`'
      : `${model} may be signed by ${role.keyids.map(nameOf).join(', ') || 'nobody yet'}, and this ` +
          `is signed by ${file.signatures.map(({ keyid }) => nameOf(keyid)).join(', ') || 'nobody'}; ` +
          `whoever holds the targets key grants it: \`kedge key grant ${model} --to PUBLIC-KEY ` +
          '--key TARGETS.json`',
  )
}
