import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { Signer } from '@kedge/shared/trust/sign-envelope'
import { importSigner } from '@kedge/shared/trust/keys'
import type { RootDocument } from '@kedge/shared/trust/tuf/documents'
import { readMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import type { ReadableKey } from './key-folder.js'

/** A root, and the key by which this server speaks for the fleet under it. */
export interface RootInForce {
  readonly bytes: Uint8Array
  readonly document: RootDocument
  readonly fleet: NonNullable<RootDocument['x-kedge']>
  readonly signer: Signer
}

/**
 * What the server needs to serve under a root.
 *
 * @throws UsageError when it is of no fleet, or asks for a fleet key that is not on this machine
 */
export async function openRoot(
  bytes: Uint8Array,
  readable: ReadonlyMap<string, ReadableKey>,
): Promise<RootInForce> {
  const document = readMetadata(bytes, 'root').signed
  const fleet = document['x-kedge']
  if (fleet === undefined) throw new UsageError('usage', 'root.json is of no Kedge fleet')
  const { keys, threshold } = fleet.fleet
  checkFleetThreshold(threshold)
  const [key] = Object.keys(keys).flatMap((id) => readable.get(id) ?? [])
  if (key === undefined) {
    throw new UsageError(
      'usage',
      `DATA/keys of the server has no fleet key that root version ${document.version} lists; ` +
        'put its key file there first (one without a passphrase)',
    )
  }
  const { privateKey } = await importSigner(key.file)
  return { bytes, document, fleet, signer: { id: key.signer.keyId, privateKey } }
}

/**
 * Two fleet keys would lie on one machine and be stolen together: what limits that machine are the
 * publishers' signatures.
 *
 * @throws UsageError `usage`
 */
export function checkFleetThreshold(threshold: number): void {
  if (threshold === 1) return
  throw new UsageError(
    'usage',
    `the fleet role cannot take ${threshold} signatures: the server signs each desired state with ` +
      'one fleet key. Let several publishers sign instead: `kedge key grant MODEL --threshold 2`',
  )
}
