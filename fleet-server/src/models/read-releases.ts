import type { ChunkRef } from '@kedge/shared/delivery/chunk-index'
import { maxChunkBytes } from '@kedge/shared/delivery/chunk-index'
import { DeliveryError } from '@kedge/shared/errors/device-error'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { TrustError } from '@kedge/shared/errors/trust-error'
import { releaseCodec, type Release } from '@kedge/shared/model/release'
import type { TargetsDocument } from '@kedge/shared/trust/tuf/documents'
import type { ServerContext } from '../context.js'
import { releasesOf, type SignedRelease } from '../trust/model-targets.js'
import { checkReleaseFiles } from './check-release-files.js'

/** A release that came with a model's role and is not here yet. */
export interface NewSignedRelease {
  readonly signed: SignedRelease
  readonly manifest: Release
  readonly chunks: readonly ChunkRef[]
}

/**
 * Those releases of a role that are new, each checked against the blobs that were uploaded.
 *
 * @param before the role as it was; undefined for a model's first
 * @throws UsageError `conflict` where the role contradicts the one before; TrustError, DeliveryError,
 *   DocumentError or ModelError where a release is not what it must be
 */
export async function readReleases(
  parts: Pick<ServerContext, 'blobs' | 'releases'>,
  role: TargetsDocument,
  before: TargetsDocument | undefined,
): Promise<NewSignedRelease[]> {
  const held = new Map((before ? releasesOf(before) : []).map((one) => [one.path, one]))
  const releases = releasesOf(role)
  for (const { path, model, version } of held.values()) {
    if (releases.some((one) => one.path === path)) continue
    throw new UsageError(
      'conflict',
      `${model}@${version} is no longer in the role; a release is never taken out of it: revoke it`,
    )
  }
  const last = Math.max(0, ...[...held.values()].map(({ facts }) => facts.counter))
  const found: NewSignedRelease[] = []
  for (const signed of releases) {
    checkCounter(signed, held.get(signed.path), last)
    if (!(await isKnown(parts, signed))) found.push(await readRelease(parts, signed))
  }
  return found
}

function checkCounter(
  { model, version, sha256, facts }: SignedRelease,
  held: SignedRelease | undefined,
  last: number,
): void {
  if (held && held.sha256 !== sha256) throw neverChanges(model, version)
  if (held ? held.facts.counter === facts.counter : facts.counter > last) return
  throw new UsageError(
    'conflict',
    `${model}@${version} has the counter ${facts.counter}, and the newest release has ${last}: a ` +
      'new one counts higher, and none changes it',
  )
}

async function isKnown(
  { releases }: Pick<ServerContext, 'releases'>,
  { model, version, sha256 }: SignedRelease,
): Promise<boolean> {
  const existing = await releases.find(model, version)
  if (existing && existing.sha256 !== sha256) throw neverChanges(model, version)
  return existing !== undefined
}

async function readRelease(
  { blobs }: Pick<ServerContext, 'blobs'>,
  signed: SignedRelease,
): Promise<NewSignedRelease> {
  const { model, version, sha256, length } = signed
  if (length > maxChunkBytes) {
    throw new UsageError('too-large', `the release has ${length} bytes; 128 KiB is the limit`)
  }
  const bytes = await blobs.get(sha256)
  if (bytes === undefined) {
    throw new DeliveryError(
      'chunk-unavailable',
      `release.json of ${model}@${version} (blob ${sha256}) was not uploaded`,
    )
  }
  if (bytes.length !== length) {
    throw new TrustError(
      'digest-mismatch',
      `release.json of ${model}@${version} has ${bytes.length} bytes, and ${length} were signed`,
    )
  }
  const manifest = releaseCodec.decode(bytes)
  if (manifest.model !== model || manifest.version !== version) {
    throw new UsageError(
      'usage',
      `release.json of ${model}@${version} is one of ${manifest.model}@${manifest.version}`,
    )
  }
  return { signed, manifest, chunks: await checkReleaseFiles(blobs, manifest) }
}

const neverChanges = (model: string, version: string) =>
  new UsageError(
    'conflict',
    `${model}@${version} exists with other content, and a version never changes; push it under a ` +
      'new one',
  )
