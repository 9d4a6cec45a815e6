import { readChunkIndex } from '../../delivery/index-blobs.js'
import type { ChunkIndex } from '../../delivery/chunk-index.js'
import { DeliveryError, StorageError } from '../../errors/device-error.js'
import type { ReleaseFile } from '../../model/release.js'
import { fetchBlob } from '../chunk-fetch.js'
import type { DeviceHost } from '../ports/host.js'

/**
 * The chunk index of a release's file: from the store, or fetched and kept there.
 *
 * @throws DeliveryError `digest-mismatch` when it describes another file
 */
export async function fetchIndex(
  file: ReleaseFile,
  host: DeviceHost,
  signal: AbortSignal,
): Promise<ChunkIndex> {
  const index = await readChunkIndex(file.index, (sha256) => keepBlob({ sha256 }, host, signal))
  if (index.sha256 !== file.sha256 || index.length !== file.length) {
    throw new DeliveryError('digest-mismatch', `the chunk index of ${file.path} is of another file`)
  }
  return index
}

/** A blob from the store, or fetched and put there. */
export async function keepBlob(
  blob: { readonly sha256: string; readonly length?: number },
  host: DeviceHost,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const stored = await readIfWhole(blob.sha256, host)
  if (stored) return stored
  const bytes = await fetchBlob(blob, host, signal)
  await host.models.putFile(blob.sha256, bytes)
  return bytes
}

/** A blob from the store; undefined when there is none, or one that has changed. */
async function readIfWhole(
  sha256: string,
  { models }: DeviceHost,
): Promise<Uint8Array | undefined> {
  if (!(await models.has(sha256))) return undefined
  try {
    return await models.read(sha256)
  } catch (error) {
    if (error instanceof StorageError && error.code === 'storage-corrupt') return undefined
    throw error
  }
}
