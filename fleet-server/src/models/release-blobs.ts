import { readChunkIndex } from '@kedge/shared/delivery/index-blobs'
import { topics } from '@kedge/shared/protocol/topics'
import type { ServerContext } from '../context.js'
import type { ReleaseRecord } from './model.js'

type Described = Pick<ReleaseRecord, 'sha256' | 'manifest'>

/** Every blob a device may ask for when it fetches a release, each once: envelope, indexes, chunks. */
export async function* releaseBlobs(
  blobs: Pick<ServerContext['blobs'], 'get'>,
  { sha256, manifest }: Described,
): AsyncGenerator<readonly [sha256: string, bytes: Uint8Array]> {
  const seen = new Set<string>()
  for (const { index } of manifest.files) {
    const indexBlobs = new Map<string, Uint8Array>()
    const { chunks } = await readChunkIndex(index, async (digest) => {
      const bytes = (await blobs.get(digest)) ?? new Uint8Array()
      indexBlobs.set(digest, bytes)
      return bytes
    })
    yield* indexBlobs
    for (const chunk of chunks) {
      if (seen.has(chunk.sha256)) continue
      seen.add(chunk.sha256)
      const bytes = await blobs.get(chunk.sha256)
      if (bytes) yield [chunk.sha256, bytes]
    }
  }
  const envelope = await blobs.get(sha256)
  if (envelope) yield [sha256, envelope]
}

/**
 * Gives the broker all blobs of a release: one publish each, however many devices there are. A broker
 * that is away gets them when it is back.
 */
export async function announceBlobs(
  { blobs, log, outbox }: Pick<ServerContext, 'blobs' | 'log' | 'outbox'>,
  release: Described,
): Promise<void> {
  try {
    for await (const [sha256, bytes] of releaseBlobs(blobs, release)) {
      await outbox.publish(topics.blob(sha256), bytes)
    }
  } catch (err) {
    log.warn({ err, release: release.sha256 }, 'the broker did not take the blobs of a release')
  }
}
