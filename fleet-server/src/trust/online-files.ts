import { createHash } from 'node:crypto'
import type {
  MetaFile,
  SnapshotDocument,
  TimestampDocument,
} from '@kedge/shared/trust/tuf/documents'
import { signMetadata } from '@kedge/shared/trust/tuf/sign-metadata'
import type { TufSigner } from '@kedge/shared/trust/tuf/tuf-key'
import type { Ms } from '@kedge/shared/util/units'
import { lifetimes, nextOnlineVersion, signedFields } from './metadata-fields.js'
import { unversionedName } from './metadata-name.js'
import type { StoredMetadata } from './metadata-repository.js'

export interface OnlineSigning {
  readonly signers: readonly TufSigner[]
  /** Version of the file that this one replaces; 0 for none. */
  readonly previous: number
  readonly now: Ms
}

/** Says which targets and model files count together (TUF 4.4). */
export async function signSnapshot(
  files: readonly StoredMetadata[],
  { signers, previous, now }: OnlineSigning,
): Promise<StoredMetadata> {
  const version = nextOnlineVersion(previous, now)
  const expires = now + lifetimes.snapshot
  const document: SnapshotDocument = {
    _type: 'snapshot',
    ...signedFields(version, expires),
    meta: Object.fromEntries(files.map((file) => [unversionedName(file.role), toMeta(file)])),
  }
  return { role: 'snapshot', version, expires, bytes: await signMetadata(document, signers) }
}

/** Says which snapshot counts, for a day (TUF 4.6). */
export async function signTimestamp(
  snapshot: StoredMetadata,
  { signers, previous, now }: OnlineSigning,
): Promise<StoredMetadata> {
  const version = nextOnlineVersion(previous, now)
  const expires = now + lifetimes.timestamp
  const document: TimestampDocument = {
    _type: 'timestamp',
    ...signedFields(version, expires),
    meta: { 'snapshot.json': toMeta(snapshot) },
  }
  return { role: 'timestamp', version, expires, bytes: await signMetadata(document, signers) }
}

const toMeta = ({ version, bytes }: StoredMetadata): MetaFile => ({
  version,
  length: bytes.length,
  hashes: { sha256: createHash('sha256').update(bytes).digest('hex') },
})
