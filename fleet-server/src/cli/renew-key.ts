import { UsageError } from '@kedge/shared/errors/kedge-error'
import { signMetadata } from '@kedge/shared/trust/tuf/sign-metadata'
import { readMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import { lifetimes, signedFields } from '../trust/metadata-fields.js'
import type { Connection } from './client.js'
import { deliver, findMetadata } from './metadata-files.js'
import { readSigners, type SigningFlags } from './read-key.js'

interface RenewFlags extends Connection, SigningFlags {
  readonly from?: string
  readonly out?: string
}

/** Signs root or targets for longer, with what they say. */
export async function renewKey(role: string, flags: RenewFlags): Promise<void> {
  if (role !== 'root' && role !== 'targets') {
    throw new UsageError(
      'usage',
      'root and targets are renewed here; a model by `kedge model renew MODEL`, the rest by the server',
    )
  }
  const bytes = await findMetadata(`${role}.json`, flags.from, flags)
  const before = readMetadata(bytes, role).signed
  const version = before.version + 1
  const next = { ...before, ...signedFields(version, Date.now() + lifetimes[role]) }
  const signers = await readSigners(flags.key, flags)
  const file = { name: `${version}.${role}.json`, bytes: await signMetadata(next, signers) }
  await deliver([file], flags)
}
