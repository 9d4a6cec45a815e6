import { UsageError } from '@kedge/shared/errors/kedge-error'
import { signMetadata } from '@kedge/shared/trust/tuf/sign-metadata'
import { readMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import { grantModel, withdrawKey } from '../trust/grant-model.js'
import { tufSignerOf } from '../trust/tuf-signer.js'
import { connect, type Connection } from './client.js'
import { deliver, needMetadata, readMetadataFile } from './metadata-files.js'
import { readKey, readPublicKey } from './read-key.js'

interface GrantFlags extends Connection {
  readonly key: readonly string[]
  readonly to?: string
  readonly withdraw?: string
  readonly threshold?: number
  readonly targets?: string
  readonly out?: string
}

/** Signs the next targets.json, in which other keys may sign a model. */
export async function grantKey(model: string, flags: GrantFlags): Promise<void> {
  const { key, to, withdraw, threshold, targets: file } = flags
  if (to === undefined && withdraw === undefined) {
    throw new UsageError('usage', 'say --to KEY, --withdraw KEY, or both')
  }
  const bytes = await (file === undefined
    ? needMetadata(connect(flags), 'targets.json')
    : readMetadataFile(file))
  const before = readMetadata(bytes, 'targets').signed
  let next = before
  if (to !== undefined) {
    const grant = { model, to: await readPublicKey(to) }
    next = grantModel(next, threshold === undefined ? grant : { ...grant, threshold }, Date.now())
  }
  if (withdraw !== undefined) {
    const { keyId } = await readPublicKey(withdraw)
    next = withdrawKey(next, { keyId, model }, Date.now())
  }
  const signed = { ...next, version: before.version + 1 }
  const signers = await Promise.all(key.map(async (one) => tufSignerOf(await readKey(one))))
  await deliver(
    [{ name: `${signed.version}.targets.json`, bytes: await signMetadata(signed, signers) }],
    flags,
  )
}
