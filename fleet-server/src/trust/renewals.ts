import type { RootDocument } from '@kedge/shared/trust/tuf/documents'
import { signMetadata } from '@kedge/shared/trust/tuf/sign-metadata'
import { readMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import { expiresSoon, isOnline } from './expiry.js'
import type { ReadableKey } from './key-folder.js'
import { lifetimes, signedFields } from './metadata-fields.js'
import type { StoredMetadata } from './metadata-repository.js'
import { isHalfOver } from './sign-online.js'

export interface Renewals {
  /** Whether anything is to be signed at all. */
  readonly isDue: boolean
  /** New root and targets, where their keys are still on this machine. */
  readonly files: readonly StoredMetadata[]
  /** What expires soon and can only be signed elsewhere. */
  readonly warnings: readonly StoredMetadata[]
}

/** What has to be signed anew at `now`. */
export async function renewals(
  current: ReadonlyMap<string, StoredMetadata>,
  keys: ReadonlyMap<string, ReadableKey>,
  now: number,
): Promise<Renewals> {
  const online = [current.get('snapshot'), current.get('timestamp')]
  const files: StoredMetadata[] = []
  const warnings: StoredMetadata[] = []
  const rootBytes = current.get('root')?.bytes
  if (rootBytes === undefined) return { isDue: true, files, warnings }
  const root = readMetadata(rootBytes, 'root').signed
  for (const file of current.values()) {
    if (isOnline(file) || !expiresSoon(file, now)) continue
    const renewed = await renew(file, { root, keys, now })
    if (renewed) files.push(renewed)
    else warnings.push(file)
  }
  const isDue = online.some((file) => file === undefined || isHalfOver(file, now))
  return { isDue: isDue || files.length > 0, files, warnings }
}

interface Means {
  readonly root: RootDocument
  readonly keys: ReadonlyMap<string, ReadableKey>
  readonly now: number
}

async function renew(
  { role, bytes, version }: StoredMetadata,
  { root, keys, now }: Means,
): Promise<StoredMetadata | undefined> {
  if (role !== 'root' && role !== 'targets') return undefined
  const signers = root.roles[role].keyids.flatMap((id) => keys.get(id)?.signer ?? [])
  if (signers.length < root.roles[role].threshold) return undefined
  const expires = now + lifetimes[role]
  const signed = { ...readMetadata(bytes, role).signed, ...signedFields(version + 1, expires) }
  return { role, version: version + 1, expires, bytes: await signMetadata(signed, signers) }
}
