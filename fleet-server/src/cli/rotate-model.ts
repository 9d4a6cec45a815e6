import { UsageError } from '@kedge/shared/errors/kedge-error'
import { modelRole } from '@kedge/shared/trust/release-target'
import type { TargetsDocument } from '@kedge/shared/trust/tuf/documents'
import type { TufSigner } from '@kedge/shared/trust/tuf/tuf-key'
import { readMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import { signRole, type SignedFile } from '../models/sign-release.js'
import { grantOf } from '../trust/grant-model.js'
import { renewTargets } from '../trust/model-targets.js'
import { isEnough, tallySignatures } from '../trust/signature-tally.js'
import { connect } from './client.js'
import { deliver, fetchMetadata, readMetadataFile } from './metadata-files.js'
import { noteCommand } from './note-renewal.js'
import { isPublicKey, readPublicKey, readSigners, type SigningFlags } from './read-key.js'
import { changeGrant, signTargets, type TargetsFlags } from './sign-targets.js'

interface RotateModelFlags extends TargetsFlags, SigningFlags {
  readonly add?: readonly string[]
  readonly remove?: readonly string[]
  readonly keep?: boolean
  readonly threshold?: number
  /** File of the model's role as it is; that of the server unless told. */
  readonly role?: string
  readonly out?: string
}

/**
 * Gives a model other publishers, also when those before have lost their keys: the targets key grants
 * it to the new ones, who sign anew what the model has, and both go to the server together. A device
 * would refuse what only withdrawn keys have signed.
 */
export async function rotateModel(model: string, flags: RotateModelFlags): Promise<void> {
  const { key, add = [], remove, keep, threshold } = flags
  if (add.length === 0 && remove === undefined && threshold === undefined) {
    throw new UsageError('usage', 'say --add KEY, --remove ID or --threshold N')
  }
  const added = await Promise.all(add.map(readPublicKey))
  const others = (held: readonly string[]) =>
    keep || added.length === 0 ? [] : held.filter((id) => !added.some(({ keyId }) => keyId === id))
  const grant = { to: add, withdraw: remove ?? others, threshold }
  const next = await changeGrant(model, grant, flags)
  const signers = await readSigners([...key, ...add.filter((one) => !isPublicKey(one))], flags)
  const role = await signAnew(model, { flags, signers, targets: next })
  await deliver([await signTargets(next, signers.slice(0, key.length)), ...role], flags)
}

interface Rotated {
  readonly flags: RotateModelFlags
  readonly signers: readonly TufSigner[]
  readonly targets: TargetsDocument
}

/** What the model has, signed by those who may now; nothing while it has no release. */
async function signAnew(
  model: string,
  { flags, signers, targets }: Rotated,
): Promise<SignedFile[]> {
  const grant = grantOf(targets, model)
  const held = await (flags.role === undefined
    ? fetchMetadata(connect(flags), `${modelRole(model)}.json`)
    : readMetadataFile(flags.role))
  if (held === undefined || grant === undefined) return []
  const { keys } = targets.delegations ?? { keys: {} }
  if (isEnough(await tallySignatures(readMetadata(held, 'targets'), grant, keys))) return []
  const role = { role: held, signers: signers.filter(({ keyId }) => grant.keyids.includes(keyId)) }
  const file = await signRole(model, role, () =>
    renewTargets(readMetadata(held, 'targets').signed, Date.now()),
  )
  if (role.signers.length >= grant.threshold) return [file]
  noteCommand(model, Array<string>(grant.threshold).fill('KEY'))
  return []
}
