import type { ChunkRef } from '@kedge/shared/delivery/chunk-index'
import { maxChunkBytes } from '@kedge/shared/delivery/chunk-index'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { releaseCodec, type Release } from '@kedge/shared/model/release'
import { payloadTypes, openEnvelope, type Envelope } from '@kedge/shared/trust/dsse'
import { importPublicKey } from '@kedge/shared/trust/keys'
import { TrustError } from '@kedge/shared/errors/trust-error'
import { encodeUtf8 } from '@kedge/shared/util/bytes'
import { sha256Of } from '../blobs/blob-store.js'
import type { ServerContext } from '../context.js'
import { announceBlobs } from './release-blobs.js'
import { checkReleaseFiles } from './check-release-files.js'
import type { Publisher, ReleaseRecord } from './model.js'

type Parts = Pick<
  ServerContext,
  'blobs' | 'clock' | 'events' | 'log' | 'outbox' | 'publishers' | 'releases'
>

/** The bytes of an envelope as every device gets them: their digest is the release's name. */
export const encodeEnvelope = (envelope: Envelope): Uint8Array =>
  encodeUtf8(JSON.stringify(envelope))

/**
 * Takes in a signed release whose blobs are here, once everything it says has been checked against
 * them. The same release again changes nothing.
 *
 * @throws TrustError `signature-invalid`; DocumentError; ModelError; DeliveryError;
 *   UsageError `conflict` when the version exists with other content
 */
export async function publishRelease(
  parts: Parts,
  model: string,
  envelope: Envelope,
): Promise<{ release: ReleaseRecord; isNew: boolean }> {
  const { publisher, manifest } = await openRelease(parts, envelope)
  checkName(manifest, model)
  const bytes = encodeEnvelope(envelope)
  if (bytes.length > maxChunkBytes) {
    throw new UsageError('too-large', `the release has ${bytes.length} bytes; 128 KiB is the limit`)
  }
  const sha256 = sha256Of(bytes)
  const existing = await parts.releases.find(model, manifest.version)
  if (existing) return { release: checkSame(existing, sha256), isNew: false }
  const chunks = await checkReleaseFiles(parts.blobs, manifest)
  await parts.blobs.put(sha256, bytes)
  const { stored } = await parts.releases.add(
    toRecord({ publisher, manifest, chunks, sha256, length: bytes.length }, parts.clock.now()),
    chunks,
  )
  const release = await parts.releases.find(model, manifest.version)
  if (release === undefined) throw new UsageError('not-found', `there is no model ${model}`)
  parts.log.info({ model, version: release.version, release: stored }, 'a release was published')
  await announceBlobs(parts, release)
  parts.events.emit('model', model)
  return { release: checkSame(release, sha256), isNew: true }
}

/** A key id in an envelope is a hint nobody vouches for, so every publisher's key is tried. */
async function openRelease(
  { publishers }: Parts,
  envelope: Envelope,
): Promise<{ publisher: Publisher; manifest: Release }> {
  const known = await publishers.list()
  for (const publisher of known) {
    const key = await importPublicKey(publisher.key)
    const payload = await openEnvelope(envelope, payloadTypes.release, [key]).catch(() => undefined)
    if (payload) return { publisher, manifest: releaseCodec.decode(payload) }
  }
  throw new TrustError(
    'signature-invalid',
    `none of the ${known.length} publishers of this fleet has signed this release; ` +
      'an administrator adds one by pushing with its key',
  )
}

function checkName(manifest: Release, model: string): void {
  if (manifest.model === model) return
  throw new UsageError('usage', `the release is one of ${manifest.model}, not of ${model}`)
}

function checkSame(existing: ReleaseRecord, sha256: string): ReleaseRecord {
  if (existing.sha256 === sha256) return existing
  throw new UsageError(
    'conflict',
    `${existing.model}@${existing.version} exists with other content, and a version never ` +
      'changes; push it under a new one',
  )
}

interface CheckedRelease {
  publisher: Publisher
  manifest: Release
  chunks: readonly ChunkRef[]
  sha256: string
  length: number
}

const toRecord = (
  { publisher, manifest, chunks, sha256, length }: CheckedRelease,
  createdAt: number,
) => ({
  model: manifest.model,
  version: manifest.version,
  sha256,
  length,
  createdAt,
  publisher: { id: publisher.id, name: publisher.name },
  modelBytes: manifest.files
    .filter(({ role }) => role === 'model')
    .reduce((sum, file) => sum + file.length, 0),
  chunks: chunks.length,
  manifest,
})
