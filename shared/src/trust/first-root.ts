import { TrustError } from '../errors/trust-error.js'
import { webSha256 } from '../util/sha256.js'
import type { RootDocument } from './tuf/documents.js'
import { readFirstRoot } from './tuf/trusted-root.js'

/** What a first root.json must be. */
export interface RootPin {
  readonly fleet: string
  /** SHA-256 of the file, by a trusted way; a page that has none believes the server it comes from. */
  readonly sha256?: string | undefined
}

/**
 * Checks the root.json that trust is to begin with.
 *
 * @throws TrustError `root-mismatch`, `wrong-fleet`, `metadata-invalid`, `signature-invalid`
 */
export async function checkFirstRoot(bytes: Uint8Array, pin: RootPin): Promise<RootDocument> {
  if (pin.sha256 !== undefined && (await webSha256(bytes)) !== pin.sha256) {
    throw new TrustError(
      'root-mismatch',
      'the server gives another trust root than the enrolment token pins; make a new token, or ' +
        'find out who answers at this address',
    )
  }
  const root = await readFirstRoot(bytes)
  const fleetId = root['x-kedge']?.fleetId
  if (fleetId !== pin.fleet) {
    const named = fleetId ?? 'none'
    throw new TrustError('wrong-fleet', `the trust root is of fleet ${named}, not ${pin.fleet}`)
  }
  return root
}
