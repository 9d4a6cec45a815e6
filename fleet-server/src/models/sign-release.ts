import type { ReleaseRef } from '@kedge/shared/model/release'
import { modelRole } from '@kedge/shared/trust/release-target'
import type { TargetsDocument } from '@kedge/shared/trust/tuf/documents'
import { signMetadata } from '@kedge/shared/trust/tuf/sign-metadata'
import type { TufSigner } from '@kedge/shared/trust/tuf/tuf-key'
import { readMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import { formatMetadataName } from '../trust/metadata-name.js'
import { addRelease } from '../trust/model-targets.js'

/** A signed file and its name in the repository. */
export interface SignedFile {
  readonly name: string
  readonly bytes: Uint8Array
}

export interface RoleSigning {
  /** The model's role as it is; undefined before the first release. */
  readonly role: Uint8Array | undefined
  readonly signers: readonly TufSigner[]
  readonly now: number
}

/** Adds a release to its model's role, and signs that. No server is needed. */
export const signRelease = (ref: ReleaseRef, signing: RoleSigning): Promise<SignedFile> =>
  signRole(ref.model, signing, (role) => addRelease(role, ref, signing.now))

/** The next file of a model's role. */
export async function signRole(
  model: string,
  { role, signers }: Pick<RoleSigning, 'role' | 'signers'>,
  change: (role: TargetsDocument | undefined) => TargetsDocument,
): Promise<SignedFile> {
  const next = change(role && readMetadata(role, 'targets').signed)
  return {
    name: formatMetadataName(modelRole(model), next.version),
    bytes: await signMetadata(next, signers),
  }
}
