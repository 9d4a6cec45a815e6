import { modelRole } from '@kedge/shared/trust/release-target'
import type { TargetsDocument } from '@kedge/shared/trust/tuf/documents'
import { readMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import { grantOf } from '../trust/grant-model.js'
import { isEnough, tallySignatures } from '../trust/signature-tally.js'
import { connect, type Connection } from './client.js'
import { fetchMetadata } from './metadata-files.js'
import { note } from './output.js'
import { isPublicKey } from './read-key.js'

/**
 * Says how what the server has of a model is signed anew, where devices would refuse it by a new
 * grant; nothing otherwise, and nothing of a model that is granted to nobody any more.
 *
 * @param granted what was given as the keys of new publishers; the command names those that are files
 */
export async function noteRenewal(
  model: string,
  { targets, granted }: { targets: TargetsDocument; granted: readonly string[] },
  connection: Connection,
): Promise<void> {
  const grant = grantOf(targets, model)
  const held = await fetchMetadata(connect(connection), `${modelRole(model)}.json`)
  if (held === undefined || grant === undefined) return
  const { keys } = targets.delegations ?? { keys: {} }
  if (isEnough(await tallySignatures(readMetadata(held, 'targets'), grant, keys))) return
  const files = granted.filter((key) => !isPublicKey(key)).slice(0, grant.threshold)
  noteCommand(model, [...files, ...Array<string>(grant.threshold - files.length).fill('KEY')])
}

export const noteCommand = (model: string, keys: readonly string[]): void =>
  note(
    `devices refuse what ${model} has until its publishers have signed it anew: ` +
      `\`kedge model renew ${model} --key ${keys.join(' ')}\``,
  )
