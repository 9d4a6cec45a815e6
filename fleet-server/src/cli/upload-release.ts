import type { PackagedRelease } from '../models/package-release.js'
import type { ReleaseRecord } from '../models/model.js'
import { answer, done, type Client } from './client.js'

export interface UploadProgress {
  readonly sentBytes: number
  /** Bytes the server lacked. */
  readonly newBytes: number
}

export interface Uploaded {
  readonly release: ReleaseRecord
  /** Bytes of the blobs the server lacked, and of all blobs. */
  readonly newBytes: number
  readonly totalBytes: number
}

const uploadsAtOnce = 6

/** Uploads what the server lacks of a release, then publishes it. @throws KedgeError */
export async function uploadRelease(
  client: Client,
  { release, envelope, blobs }: PackagedRelease,
  onProgress: (progress: UploadProgress) => void = () => undefined,
): Promise<Uploaded> {
  const { missing } = await answer(
    client.blobs.missing.$post({ json: { hashes: [...blobs.keys()] } }),
  )
  const sizeOf = (hashes: Iterable<string>) =>
    [...hashes].reduce((sum, hash) => sum + (blobs.get(hash)?.length ?? 0), 0)
  const newBytes = sizeOf(missing)
  let sentBytes = 0
  const queue = [...missing]
  const upload = async () => {
    for (let sha256 = queue.pop(); sha256 !== undefined; sha256 = queue.pop()) {
      const bytes = blobs.get(sha256) ?? new Uint8Array()
      await done(
        client.blobs[':sha256'].$put({ param: { sha256 } }, { init: { body: bytes.slice() } }),
      )
      sentBytes += bytes.length
      onProgress({ sentBytes, newBytes })
    }
  }
  await Promise.all(Array.from({ length: uploadsAtOnce }, upload))
  const published = await answer(
    client.models[':name'].releases.$post({ param: { name: release.model }, json: { envelope } }),
  )
  return { release: published, newBytes, totalBytes: sizeOf(blobs.keys()) }
}
