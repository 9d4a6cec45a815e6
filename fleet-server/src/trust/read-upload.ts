import { DocumentError } from '@kedge/shared/errors/document-error'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { readMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import { decodeUtf8, encodeUtf8, equalBytes } from '@kedge/shared/util/bytes'
import { expiryOf } from './metadata-fields.js'
import { parseMetadataName } from './metadata-name.js'
import type { StoredMetadata } from './metadata-repository.js'

/**
 * A signed file that somebody wants in the repository. Nothing about it is trusted yet.
 *
 * @throws UsageError, TrustError `metadata-invalid`, DocumentError
 */
export function readUpload(name: string, bytes: Uint8Array): StoredMetadata {
  const { role, version } = parseMetadataName(name) ?? {}
  if (role === undefined || version === undefined || role === 'snapshot') {
    throw new UsageError(
      'usage',
      `${name} is not uploaded: the server takes root, targets and model files by their versioned ` +
        'names, such as 2.targets.json, and signs snapshot and timestamp itself',
    )
  }
  const { signed } = readMetadata(bytes, role === 'root' ? 'root' : 'targets')
  if (signed.version !== version) {
    throw new DocumentError('document-invalid', `${name} says that it is version ${signed.version}`)
  }
  // It is kept as text, and every byte of it counts.
  if (!equalBytes(encodeUtf8(decodeUtf8(bytes)), bytes)) {
    throw new DocumentError('document-invalid', `${name} begins with a byte order mark`)
  }
  return { role, version, bytes, expires: expiryOf(signed) }
}
