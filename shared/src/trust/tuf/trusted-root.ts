import { TrustError } from '../../errors/trust-error.js'
import type { RootDocument } from './documents.js'
import { own } from './form.js'
import { readMetadata, verifyMetadata } from './verify-metadata.js'

/**
 * Checks a first root that came by a trusted way: its form, and that it is signed by its own keys.
 * Whoever calls writes the bytes to the store as `root.json`.
 *
 * @throws TrustError `metadata-invalid`, `signature-invalid`
 */
export async function readFirstRoot(bytes: Uint8Array): Promise<RootDocument> {
  const file = readMetadata(bytes, 'root')
  await verifyMetadata(file, file.signed.roles.root, file.signed.keys)
  return file.signed
}

/**
 * Checks the root that follows `trusted`: signed by the old keys and by its own (5.3.4), and with
 * the next version (5.3.5), so that no rotation is left out.
 *
 * @throws TrustError `metadata-invalid`, `signature-invalid`, `root-out-of-order`
 */
export async function readNextRoot(
  bytes: Uint8Array,
  trusted: RootDocument,
): Promise<RootDocument> {
  await verifyMetadata(readMetadata(bytes, 'root'), trusted.roles.root, trusted.keys)
  const next = await readFirstRoot(bytes)
  if (next.version === trusted.version + 1) return next
  throw new TrustError(
    'root-out-of-order',
    `root ${next.version} came where root ${trusted.version + 1} must follow`,
  )
}

/** Whether a key of timestamp or snapshot has been taken away, as after a theft (5.3.11). */
export function revokesOnlineKeys(old: RootDocument, next: RootDocument): boolean {
  const keysOf = ({ roles, keys }: RootDocument, role: 'timestamp' | 'snapshot') =>
    roles[role].keyids.map((id) => own(keys, id)?.keyval.public)
  return (['timestamp', 'snapshot'] as const).some((role) => {
    const kept = keysOf(next, role)
    return keysOf(old, role).some((key) => !kept.includes(key))
  })
}
