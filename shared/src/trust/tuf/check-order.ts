import { TrustError } from '../../errors/trust-error.js'
import { toHex } from '../../util/bytes.js'
import type { Ms } from '../../util/units.js'
import type {
  Hashes,
  MetaFile,
  SignedDocument,
  SnapshotDocument,
  TimestampDocument,
} from './documents.js'
import { own } from './form.js'

/** 5.3.10, 5.4.4, 5.5.6, 5.6.5: a freeze attack. @throws TrustError `metadata-expired` */
export function checkFresh({ _type, version, expires }: SignedDocument, now: Ms): void {
  if (Date.parse(expires) > now) return
  throw new TrustError('metadata-expired', `${_type} ${version} expired at ${expires}`)
}

/** 5.4.3: neither timestamp nor the snapshot it names goes back. @throws TrustError `metadata-rollback` */
export function checkTimestampFollows(next: TimestampDocument, trusted: TimestampDocument): void {
  checkNotOlder('timestamp', next.version, trusted.version)
  const snapshot = 'snapshot.json'
  checkNotOlder(snapshot, next.meta[snapshot].version, trusted.meta[snapshot].version)
}

/** 5.5.5: no role goes back or disappears. @throws TrustError `metadata-rollback` */
export function checkSnapshotFollows(next: SnapshotDocument, trusted: SnapshotDocument): void {
  for (const [name, { version }] of Object.entries(trusted.meta)) {
    checkNotOlder(name, own(next.meta, name)?.version, version)
  }
}

function checkNotOlder(name: string, version: number | undefined, trusted: number): void {
  if (version !== undefined && version >= trusted) return
  const found = version === undefined ? 'is gone' : `has version ${version}`
  throw new TrustError('metadata-rollback', `${name} ${found}, and had ${trusted} before`)
}

/** Whether the bytes are what the role above announces (5.5.2, 5.6.2, 5.7.2). */
export const isAnnounced = async (
  bytes: Uint8Array,
  { length, hashes }: Omit<MetaFile, 'version'>,
): Promise<boolean> =>
  bytes.length === (length ?? bytes.length) &&
  (hashes === undefined || (await hasHashes(bytes, hashes)))

/** Whether the bytes have every hash of a kind that is known, and there is one. */
export async function hasHashes(bytes: Uint8Array, hashes: Hashes): Promise<boolean> {
  const known = [
    ['SHA-256', own(hashes, 'sha256')],
    ['SHA-512', own(hashes, 'sha512')],
  ] as const
  const found = await Promise.all(
    known.map(async ([algorithm, expected]) => {
      if (expected === undefined) return undefined
      return toHex(new Uint8Array(await crypto.subtle.digest(algorithm, bytes))) === expected
    }),
  )
  return found.includes(true) && !found.includes(false)
}
