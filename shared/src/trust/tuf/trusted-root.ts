import { TrustError } from '../../errors/trust-error.js'
import { Ms } from '../../util/units.js'
import type { RoleKeys, RootDocument, TufKeys } from './documents.js'
import { own } from './form.js'
import { readMetadata, verifyMetadata } from './verify-metadata.js'

/** A root that this device trusts. */
export interface TrustedRoot {
  readonly version: number
  readonly expires: Ms
  readonly document: RootDocument
  /** Undefined in a repository that is not Kedge's. */
  readonly fleet: FleetTrust | undefined
}

/** Whose signatures make a desired state: at least `threshold` distinct keys of these. */
export interface FleetTrust {
  readonly keys: TufKeys
  readonly threshold: number
  readonly fleetId: string
  readonly fleetEpoch: number
}

/**
 * Checks a first root that came by a trusted way: its form, and that it is signed by its own keys.
 * Whoever calls writes the bytes to the store as `root.json`.
 *
 * @throws TrustError `metadata-invalid`, `signature-invalid`
 */
export async function readFirstRoot(bytes: Uint8Array): Promise<TrustedRoot> {
  const file = readMetadata(bytes, 'root')
  await verifyMetadata(file, file.signed.roles.root, file.signed.keys)
  return toTrustedRoot(file.signed)
}

/**
 * Checks the root that follows `trusted` (5.3.4, 5.3.5): signed by the old keys and by its own, and
 * with the next version, so that no rotation is left out.
 *
 * @throws TrustError `metadata-invalid`, `signature-invalid`, `root-out-of-order`
 */
export async function readNextRoot(bytes: Uint8Array, trusted: TrustedRoot): Promise<TrustedRoot> {
  const file = readMetadata(bytes, 'root')
  const { roles, keys } = trusted.document
  await verifyMetadata(file, roles.root, keys)
  await verifyMetadata(file, file.signed.roles.root, file.signed.keys)
  if (file.signed.version !== trusted.version + 1) {
    throw new TrustError(
      'root-out-of-order',
      `root ${file.signed.version} came where root ${trusted.version + 1} must follow`,
    )
  }
  return toTrustedRoot(file.signed)
}

/** Whether a key of timestamp or snapshot has been taken away, as after a theft (5.3.11). */
export const revokesOnlineKeys = (old: TrustedRoot, next: TrustedRoot): boolean =>
  (['timestamp', 'snapshot'] as const).some((role) => {
    const kept = publicKeys(next.document.roles[role], next.document.keys)
    return publicKeys(old.document.roles[role], old.document.keys).some(
      (key) => !kept.includes(key),
    )
  })

const publicKeys = ({ keyids }: RoleKeys, keys: TufKeys) =>
  keyids.map((id) => own(keys, id)?.keyval.public)

function toTrustedRoot(document: RootDocument): TrustedRoot {
  const extension = document['x-kedge']
  return {
    version: document.version,
    expires: Ms(Date.parse(document.expires)),
    document,
    fleet: extension && {
      ...extension.fleet,
      fleetId: extension.fleetId,
      fleetEpoch: extension.fleetEpoch,
    },
  }
}
