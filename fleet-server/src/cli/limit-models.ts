import { UsageError } from '@kedge/shared/errors/kedge-error'
import { modelRole } from '@kedge/shared/trust/release-target'
import type { TargetsDocument } from '@kedge/shared/trust/tuf/documents'
import { signRole } from '../models/sign-release.js'
import { renewTargets, revokeTarget } from '../trust/model-targets.js'
import { answer, connect, type Connection } from './client.js'
import type { ModelVersion } from './flags.js'
import { deliver, needMetadata } from './metadata-files.js'
import { print, printJson, type OutputFlags } from './output.js'
import { readSigners, type SigningFlags } from './read-key.js'

type Flags = OutputFlags & Connection

interface RevokeFlags extends Flags, Partial<SigningFlags> {
  readonly reason: string
}

/**
 * Takes a release back: by the fleet's word, in every device's next desired state, and with the
 * publisher's key in the signed role too, which no server can undo.
 */
export async function revokeModel(
  { model, version }: ModelVersion,
  { reason, key, ...flags }: RevokeFlags,
): Promise<void> {
  if (key) {
    await signNext(model, { ...flags, key }, (role) =>
      revokeTarget(role, { model, version, reason }, Date.now()),
    )
  }
  const param = { name: model, version }
  const route = connect(flags).models[':name'].releases[':version'].revoke
  const release = await answer(route.$post({ param, json: { reason } }))
  if (flags.json) return printJson(release)
  print(`${model}@${version} is revoked: ${release.revoked?.reason ?? reason}`)
}

/** Lets no device go back beyond a version. */
export async function raiseFloor({ model, version }: ModelVersion, flags: Flags): Promise<void> {
  const route = connect(flags).models[':name'].floor
  const answered = await answer(route.$put({ param: { name: model }, json: { version } }))
  if (flags.json) return printJson(answered)
  print(`${model}: nothing older than ${version} is deployed any more`)
}

/** Signs a model's role for longer, with what it holds. */
export const renewModel = (model: string, flags: Flags & SigningFlags): Promise<void> =>
  signNext(model, flags, (role) => renewTargets(role, Date.now()))

async function signNext(
  model: string,
  { key, ...flags }: Flags & SigningFlags,
  change: (role: TargetsDocument) => TargetsDocument,
): Promise<void> {
  const role = await needMetadata(connect(flags), `${modelRole(model)}.json`)
  const signers = await readSigners(key, flags)
  const file = await signRole(model, { role, signers }, (held) => {
    if (held === undefined) throw new UsageError('not-found', `${model} has no releases`)
    return change(held)
  })
  await deliver([file], flags)
}
