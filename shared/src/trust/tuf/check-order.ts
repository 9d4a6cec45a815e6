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
  checkNotOlder('snapshot', snapshotOf(next).version, snapshotOf(trusted).version)
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

/** The reader has seen to it that timestamp has this entry. */
export const snapshotOf = ({ meta }: TimestampDocument): MetaFile => own(meta, 'snapshot.json')!

/** Whether a file is the one that its parent announces (5.5.2, 5.5.4, 5.6.2, 5.6.4). */
export async function isAnnounced(
  bytes: Uint8Array,
  { version }: SignedDocument,
  meta: MetaFile,
): Promise<boolean> {
  if (version !== meta.version || bytes.length !== (meta.length ?? bytes.length)) return false
  return meta.hashes === undefined || hasHashes(bytes, meta.hashes)
}

/** Whether the bytes have every hash of a kind that is known, and there is one. */
export async function hasHashes(bytes: Uint8Array, hashes: Hashes): Promise<boolean> {
  let known = 0
  for (const [name, algorithm] of [
    ['sha256', 'SHA-256'],
    ['sha512', 'SHA-512'],
  ] as const) {
    const expected = own(hashes, name)
    if (expected === undefined) continue
    known += 1
    const digest = await crypto.subtle.digest(algorithm, bytes)
    if (toHex(new Uint8Array(digest)) !== expected) return false
  }
  return known > 0
}
