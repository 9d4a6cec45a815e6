import { UsageError } from '@kedge/shared/errors/kedge-error'
import { deliver } from './metadata-files.js'
import { noteRenewal } from './note-renewal.js'
import { readSigners, type SigningFlags } from './read-key.js'
import { changeGrant, signTargets, type TargetsFlags } from './sign-targets.js'

interface GrantFlags extends TargetsFlags, SigningFlags {
  readonly to?: readonly string[]
  readonly withdraw?: readonly string[]
  readonly threshold?: number
  readonly out?: string
}

/** Signs the next targets.json, in which other keys may sign a model. */
export async function grantKey(model: string, flags: GrantFlags): Promise<void> {
  const { key, to, withdraw = [], threshold } = flags
  if (to === undefined && withdraw.length === 0 && threshold === undefined) {
    throw new UsageError('usage', 'say --to KEY, --withdraw KEY or --threshold N')
  }
  const next = await changeGrant(model, { to, withdraw, threshold }, flags)
  await deliver([await signTargets(next, await readSigners(key, flags))], flags)
  // Who begins with a file may have no server to ask what the model has.
  if (flags.targets === undefined)
    await noteRenewal(model, { targets: next, granted: to ?? [] }, flags)
}
