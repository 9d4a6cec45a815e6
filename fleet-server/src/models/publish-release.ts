import { UsageError } from '@kedge/shared/errors/kedge-error'
import { releasePath, modelRole } from '@kedge/shared/trust/release-target'
import { readMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import { encodeUtf8 } from '@kedge/shared/util/bytes'
import { formatMetadataName } from '../trust/metadata-name.js'
import { readUpload } from '../trust/read-upload.js'
import { acceptMetadata } from './accept-metadata.js'
import { findRelease } from './find-models.js'
import type { ReleaseRecord } from './model.js'

type Parts = Parameters<typeof acceptMetadata>[0]

/**
 * Takes in a signed release whose blobs are here: the model's role with the release among its targets.
 * The same release again changes nothing.
 *
 * @throws as `acceptMetadata`; UsageError `usage` when the role does not name the release
 */
export async function publishRelease(
  parts: Parts,
  model: string,
  { version, metadata }: { readonly version: string; readonly metadata: string },
): Promise<{ release: ReleaseRecord; isNew: boolean }> {
  const bytes = encodeUtf8(metadata)
  const { signed } = readMetadata(bytes, 'targets')
  if (signed.targets[releasePath({ model, version })] === undefined) {
    throw new UsageError('usage', `the signed role does not name ${model}@${version}`)
  }
  const known = await parts.releases.find(model, version)
  const name = formatMetadataName(modelRole(model), signed.version)
  await acceptMetadata(parts, [readUpload(name, bytes)])
  return { release: await findRelease(parts, model, version), isNew: known === undefined }
}
