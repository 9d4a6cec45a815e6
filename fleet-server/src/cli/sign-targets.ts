import type { TargetsDocument } from '@kedge/shared/trust/tuf/documents'
import { signMetadata } from '@kedge/shared/trust/tuf/sign-metadata'
import type { TufSigner } from '@kedge/shared/trust/tuf/tuf-key'
import { readMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import type { SignedFile } from '../models/sign-release.js'
import { grantModel, grantOf } from '../trust/grant-model.js'
import { findMetadata } from './metadata-files.js'
import type { Connection } from './client.js'
import { readPublicKey } from './read-key.js'

export interface ChangedGrant {
  readonly to?: readonly string[] | undefined
  /** Ids, public keys or key files; a function chooses among those that the model has. */
  readonly withdraw?: readonly string[] | ((held: readonly string[]) => readonly string[])
  readonly threshold?: number | undefined
}

/** The targets to begin with: a file, or that of the server. */
export interface TargetsFlags extends Connection {
  readonly targets?: string
}

/** The next targets.json, in which other keys may sign a model. */
export async function changeGrant(
  model: string,
  { to = [], withdraw = [], threshold }: ChangedGrant,
  flags: TargetsFlags,
): Promise<TargetsDocument> {
  const bytes = await findMetadata('targets.json', flags.targets, flags)
  const before = readMetadata(bytes, 'targets').signed
  const held = grantOf(before, model)?.keyids ?? []
  const change = {
    model,
    to: await Promise.all(to.map(readPublicKey)),
    withdraw:
      typeof withdraw === 'function'
        ? withdraw(held)
        : await Promise.all(withdraw.map((text) => toGrantedId(held, text))),
  }
  return grantModel(before, threshold === undefined ? change : { ...change, threshold }, Date.now())
}

/** A key as `kedge key ls` shows it, or as its holder has it. */
async function toGrantedId(held: readonly string[], text: string): Promise<string> {
  return held.find((id) => id.startsWith(text)) ?? (await readPublicKey(text)).keyId
}

export const signTargets = async (
  targets: TargetsDocument,
  signers: readonly TufSigner[],
): Promise<SignedFile> => ({
  name: `${targets.version}.targets.json`,
  bytes: await signMetadata(targets, signers),
})
