import { modelRole } from '@kedge/shared/trust/release-target'
import type { TufSigner } from '@kedge/shared/trust/tuf/tuf-key'
import { decodeUtf8 } from '@kedge/shared/util/bytes'
import type { PackagedRelease } from '../models/package-release.js'
import type { ReleaseRecord } from '../models/model.js'
import { signRelease, type SignedFile } from '../models/sign-release.js'
import { answer, done, type Client } from './client.js'
import { fetchMetadata } from './metadata-files.js'

export interface UploadProgress {
  readonly sentBytes: number
  /** Bytes the server lacked. */
  readonly newBytes: number
}

export interface UploadedBlobs {
  /** Bytes of the blobs the server lacked, and of all blobs. */
  readonly newBytes: number
  readonly totalBytes: number
}

type Blobs = ReadonlyMap<string, Uint8Array>
type OnProgress = (progress: UploadProgress) => void

const uploadsAtOnce = 6

/** Signs a release, uploads what the server lacks of it, then publishes it. @throws KedgeError */
export async function uploadRelease(
  client: Client,
  { ref, blobs }: Pick<PackagedRelease, 'ref' | 'blobs'>,
  {
    signers,
    onProgress,
  }: { readonly signers: readonly TufSigner[]; readonly onProgress?: OnProgress },
): Promise<UploadedBlobs & { readonly release: ReleaseRecord }> {
  const role = await fetchMetadata(client, `${modelRole(ref.model)}.json`)
  const file = await signRelease(ref, { role, signers, now: Date.now() })
  const uploaded = await uploadBlobs(client, blobs, onProgress)
  return { release: await publish(client, ref, file), ...uploaded }
}

/** Publishes a release whose blobs are uploaded. */
export const publish = (
  client: Client,
  { model, version }: { readonly model: string; readonly version: string },
  { bytes }: SignedFile,
): Promise<ReleaseRecord> =>
  answer(
    client.models[':name'].releases.$post({
      param: { name: model },
      json: { version, metadata: decodeUtf8(bytes) },
    }),
  )

export async function uploadBlobs(
  client: Client,
  blobs: Blobs,
  onProgress: OnProgress = () => undefined,
): Promise<UploadedBlobs> {
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
  return { newBytes, totalBytes: sizeOf(blobs.keys()) }
}
