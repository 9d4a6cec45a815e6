import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { RootDocument } from '@kedge/shared/trust/tuf/documents'
import type { TufSigner } from '@kedge/shared/trust/tuf/tuf-key'
import { readMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import type { Ms } from '@kedge/shared/util/units'
import type { ReadableKey } from './key-folder.js'
import { lifetimes } from './metadata-fields.js'
import type { StoredMetadata } from './metadata-repository.js'
import { signSnapshot, signTimestamp } from './online-files.js'

export interface OnlineChange {
  readonly current: ReadonlyMap<string, StoredMetadata>
  /** What is new. */
  readonly files: readonly StoredMetadata[]
  readonly keys: ReadonlyMap<string, ReadableKey>
  readonly now: Ms
}

/**
 * The timestamp that a change needs, and the snapshot before it where that changes too.
 *
 * @throws UsageError when a key that the root lists is not on this machine
 */
export async function signOnline(change: OnlineChange): Promise<StoredMetadata[]> {
  const { current, files, keys, now } = change
  const after = new Map([...current, ...newest(files)])
  const root = readMetadata(after.get('root')?.bytes ?? new Uint8Array(), 'root').signed
  const before = current.get('snapshot')
  const signed: StoredMetadata[] = []
  if (before === undefined || files.length > 0 || isHalfOver(before, now)) {
    const listed = [...after.values()].filter(({ role }) => isListed(role))
    const signers = signersOf(root, 'snapshot', keys)
    signed.push(await signSnapshot(listed, { signers, previous: before?.version ?? 0, now }))
  }
  const snapshot = signed[0] ?? before
  if (snapshot === undefined) return signed
  const signers = signersOf(root, 'timestamp', keys)
  const previous = current.get('timestamp')?.version ?? 0
  return [...signed, await signTimestamp(snapshot, { signers, previous, now })]
}

/** Roles that a snapshot lists (TUF 4.4). */
const isListed = (role: string): boolean => role === 'targets' || role.startsWith('model.')

const newest = (files: readonly StoredMetadata[]): [string, StoredMetadata][] =>
  [...files].sort((a, b) => a.version - b.version).map((file) => [file.role, file])

/** Whether it is time to sign a file of the server's own anew. */
export const isHalfOver = ({ role, expires }: StoredMetadata, now: number): boolean =>
  expires - now < lifetimes[role as 'snapshot' | 'timestamp'] / 2

function signersOf(
  root: RootDocument,
  role: 'snapshot' | 'timestamp',
  keys: ReadonlyMap<string, ReadableKey>,
): TufSigner[] {
  const { keyids, threshold } = root.roles[role]
  const signers = keyids.flatMap((id) => keys.get(id)?.signer ?? [])
  if (signers.length >= threshold) return signers
  throw new UsageError(
    'usage',
    `root version ${root.version} takes ${threshold} keys of the role ${role}, and DATA/keys of the ` +
      `server has ${signers.length} of them; put the key file there first (one without a passphrase)`,
  )
}
