import { InvariantError } from '@kedge/shared/errors/kedge-error'
import { MiB } from '@kedge/shared/util/units'
import type { BlobsConfig } from '../config/config.js'
import type { ServerSecrets } from '../config/secrets.js'
import type { BlobStore } from './blob-store.js'
import { CachedBlobStore } from './cached-blob-store.js'
import { DiskBlobStore } from './disk-blob-store.js'
import { S3BlobStore } from './s3-blob-store.js'

/** The store the configuration names, with the most wanted blobs held in memory. */
export async function openBlobStore(
  config: BlobsConfig,
  secrets: Pick<ServerSecrets, 's3'>,
): Promise<BlobStore> {
  return new CachedBlobStore(await openBare(config, secrets), MiB(32))
}

async function openBare(
  config: BlobsConfig,
  secrets: Pick<ServerSecrets, 's3'>,
): Promise<BlobStore> {
  if (config.kind === 'disk') return DiskBlobStore.open(config.folder)
  if (secrets.s3 === undefined) throw new InvariantError('an S3 store without credentials')
  return new S3BlobStore(config, secrets.s3)
}
