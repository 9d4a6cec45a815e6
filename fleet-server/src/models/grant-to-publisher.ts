import type { TargetsDocument } from '@kedge/shared/trust/tuf/documents'
import { signMetadata } from '@kedge/shared/trust/tuf/sign-metadata'
import { readMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import type { ServerContext } from '../context.js'
import { grantModel, grantOf, withdrawKey } from '../trust/grant-model.js'
import { expiryOf } from '../trust/metadata-fields.js'
import type { StoredMetadata } from '../trust/metadata-repository.js'
import { hasSigned } from '../trust/signature-tally.js'
import { tufKeyOf } from './signer-of.js'

type Parts = Pick<ServerContext, 'clock' | 'log' | 'publishers' | 'trust'>

/**
 * While the targets key is still on this machine, a registered publisher is granted a model at the
 * first push. Where it is not, grants come signed, and this does nothing.
 *
 * @returns the next targets file with the new grants, or nothing
 */
export async function grantToPublisher(
  parts: Parts,
  files: readonly StoredMetadata[],
): Promise<StoredMetadata[]> {
  if (files.some(({ role }) => role === 'targets')) return []
  const before = await parts.trust.targets()
  let targets = before
  for (const { role, bytes } of files) {
    const [, model] = /^model\.(.+)$/.exec(role) ?? []
    if (model === undefined) continue
    const file = readMetadata(bytes, 'targets')
    for (const publisher of await parts.publishers.list()) {
      const to = await tufKeyOf(publisher)
      if (grantOf(targets, model)?.keyids.includes(to.keyId)) continue
      if (!(await hasSigned(file, to.keyId, { [to.keyId]: to.key }))) continue
      targets = {
        ...grantModel(targets, { model, to: [to] }, parts.clock.now()),
        version: before.version + 1,
      }
    }
  }
  return targets === before ? [] : signTargets(parts, targets)
}

/** Takes a publisher's key out of every grant, where the targets key is on this machine. */
export async function withdrawFromPublisher(
  parts: Parts,
  publisher: Parameters<typeof tufKeyOf>[0],
): Promise<void> {
  const targets = await parts.trust.targets()
  const { keyId } = await tufKeyOf(publisher)
  if (targets.delegations?.keys[keyId] === undefined) return
  await parts.trust.accept(await signTargets(parts, withdrawKey(targets, keyId, parts.clock.now())))
}

/** Nothing, where a key that it takes is elsewhere. */
async function signTargets(
  { trust, log }: Parts,
  targets: TargetsDocument,
): Promise<StoredMetadata[]> {
  const keys = await trust.keys()
  const { keyids, threshold } = readMetadata(trust.root, 'root').signed.roles.targets
  const signers = keyids.flatMap((id) => keys.get(id)?.signer ?? [])
  if (signers.length < threshold) return []
  log.info({ version: targets.version }, 'grants were changed with the development targets key')
  const bytes = await signMetadata(targets, signers)
  return [{ role: 'targets', version: targets.version, bytes, expires: expiryOf(targets) }]
}
