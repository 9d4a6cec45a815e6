import { parseReleasePath } from '@kedge/shared/trust/release-target'
import type { TargetsDocument } from '@kedge/shared/trust/tuf/documents'
import { readMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import type { ServerContext } from '../context.js'
import { checkGrant } from '../trust/check-grant.js'
import type { StoredMetadata } from '../trust/metadata-repository.js'
import { releasesOf } from '../trust/model-targets.js'
import { grantToPublisher } from './grant-to-publisher.js'
import type { NewSignedRelease } from './read-releases.js'
import { readReleases } from './read-releases.js'
import { announceBlobs } from './release-blobs.js'
import { publisherNames, signerOf } from './signer-of.js'

type Parts = Pick<
  ServerContext,
  | 'blobs'
  | 'clock'
  | 'events'
  | 'issuer'
  | 'limits'
  | 'log'
  | 'outbox'
  | 'publishers'
  | 'releases'
  | 'trust'
>

/** What a file of a model's role brings. */
interface RoleChange {
  readonly model: string
  readonly role: TargetsDocument
  readonly added: readonly NewSignedRelease[]
  /** Ids of the TUF keys that signed it. */
  readonly signedBy: readonly string[]
}

/**
 * Takes signed files in: root and targets as they are, a model's role with its releases, once all they
 * say is checked. Nothing is kept when anything does not verify; the same again changes nothing.
 *
 * @throws TrustError with the code that devices would report; UsageError; DeliveryError;
 *   DocumentError; ModelError
 */
export async function acceptMetadata(
  parts: Parts,
  files: readonly StoredMetadata[],
): Promise<void> {
  const granted = await grantToPublisher(parts, files)
  const uploads = [...granted, ...files]
  const targets = uploads.findLast(({ role }) => role === 'targets')
  const delegating = targets
    ? readMetadata(targets.bytes, 'targets').signed
    : await parts.trust.targets()
  const current = await parts.trust.current()
  const names = await publisherNames(parts)
  const changes: RoleChange[] = []
  for (const { role, bytes } of files) {
    const [, model] = /^model\.(.+)$/.exec(role) ?? []
    if (model === undefined) continue
    const file = readMetadata(bytes, 'targets')
    const before = current.get(role)
    changes.push({
      model,
      role: file.signed,
      signedBy: await checkGrant(delegating, { model, file, names }),
      added: await readReleases(
        parts,
        file.signed,
        before && readMetadata(before.bytes, 'targets').signed,
      ),
    })
  }
  await parts.trust.accept(uploads)
  for (const change of changes) await record(parts, change)
}

async function record(parts: Parts, { model, role, added, signedBy }: RoleChange): Promise<void> {
  const publisher = await signerOf(parts, signedBy)
  for (const { signed, manifest, chunks } of added) {
    await parts.releases.add(
      {
        ...parseReleasePath(signed.path)!,
        sha256: signed.sha256,
        length: signed.length,
        counter: signed.facts.counter,
        createdAt: parts.clock.now(),
        publisher,
        modelBytes: modelBytesOf(manifest),
        chunks: chunks.length,
        manifest,
      },
      chunks,
    )
    const { sha256, version } = signed
    parts.log.info({ model, version, release: sha256 }, 'a release was published')
    await announceBlobs(parts, { sha256, manifest })
  }
  await recordRevocations(parts, role)
  parts.events.emit('model', model)
}

async function recordRevocations(parts: Parts, role: TargetsDocument): Promise<void> {
  let isNew = false
  for (const { model, version, facts } of releasesOf(role)) {
    if (facts.revoked === undefined) continue
    const revocation = { model, version, reason: facts.revoked }
    if (!(await parts.limits.revoke(revocation, parts.clock.now()))) continue
    parts.log.info(revocation, 'a publisher has revoked a release')
    isNew = true
  }
  if (isNew) await parts.issuer.refresh()
}

const modelBytesOf = ({ files }: NewSignedRelease['manifest']): number =>
  files.filter(({ role }) => role === 'model').reduce((sum, { length }) => sum + length, 0)
