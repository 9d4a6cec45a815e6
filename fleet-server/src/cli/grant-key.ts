import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { TargetsDocument } from '@kedge/shared/trust/tuf/documents'
import { signMetadata } from '@kedge/shared/trust/tuf/sign-metadata'
import { readMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import { grantModel, grantOf } from '../trust/grant-model.js'
import { tufSignerOf } from '../trust/tuf-signer.js'
import { connect, type Connection } from './client.js'
import { deliver, needMetadata, readMetadataFile } from './metadata-files.js'
import { readKey, readPublicKey } from './read-key.js'

interface GrantFlags extends Connection {
  readonly key: readonly string[]
  readonly to?: readonly string[]
  readonly withdraw?: readonly string[]
  readonly threshold?: number
  readonly targets?: string
  readonly out?: string
}

/** Signs the next targets.json, in which other keys may sign a model. */
export async function grantKey(model: string, flags: GrantFlags): Promise<void> {
  const { key, to = [], withdraw = [], threshold, targets: file } = flags
  if (to.length + withdraw.length === 0 && threshold === undefined) {
    throw new UsageError('usage', 'say --to KEY, --withdraw KEY or --threshold N')
  }
  const bytes = await (file === undefined
    ? needMetadata(connect(flags), 'targets.json')
    : readMetadataFile(file))
  const before = readMetadata(bytes, 'targets').signed
  const change = {
    model,
    to: await Promise.all(to.map(readPublicKey)),
    withdraw: await Promise.all(withdraw.map((text) => toGrantedId(before, model, text))),
  }
  const next = grantModel(
    before,
    threshold === undefined ? change : { ...change, threshold },
    Date.now(),
  )
  const signers = await Promise.all(key.map(async (one) => tufSignerOf(await readKey(one))))
  await deliver(
    [{ name: `${next.version}.targets.json`, bytes: await signMetadata(next, signers) }],
    flags,
  )
}

/** A key as `kedge key ls` shows it, or as its holder has it. */
async function toGrantedId(targets: TargetsDocument, model: string, text: string): Promise<string> {
  const named = grantOf(targets, model)?.keyids.find((id) => id.startsWith(text))
  return named ?? (await readPublicKey(text)).keyId
}
