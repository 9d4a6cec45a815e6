import type { RootDocument } from '@kedge/shared/trust/tuf/documents'
import { readMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import { formatMetadataName } from './metadata-name.js'
import type { StoredMetadata } from './metadata-repository.js'
import { demandSignatures } from './signature-tally.js'

/**
 * Names who has yet to sign, before the verifier says no more than that it is not enough: a root takes
 * the old root's keys and its own (TUF 5.3.4), targets those of the root that is newest.
 *
 * @param before the root in force; undefined at the founding
 * @throws TrustError `signature-invalid`
 */
export async function checkSigned(
  before: RootDocument | undefined,
  files: readonly StoredMetadata[],
): Promise<void> {
  let root = before
  for (const file of files.filter(({ role }) => role === 'root')) {
    const read = readMetadata(file.bytes, 'root')
    const name = formatMetadataName(file.role, file.version)
    const own = { role: read.signed.roles.root, keys: read.signed.keys }
    if (root) {
      const old = { role: root.roles.root, keys: root.keys }
      await demandSignatures(`${name}, by the root in force,`, read, old)
    }
    await demandSignatures(`${name}, by the keys that it names itself,`, read, own)
    root = read.signed
  }
  for (const file of files.filter(({ role }) => role === 'targets')) {
    if (root === undefined) return
    const name = formatMetadataName(file.role, file.version)
    const by = { role: root.roles.targets, keys: root.keys }
    await demandSignatures(name, readMetadata(file.bytes, 'targets'), by)
  }
}
