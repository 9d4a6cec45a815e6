import type { ReleaseRef } from '@kedge/shared/model/release'
import { DocumentError } from '@kedge/shared/errors/document-error'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import {
  parseReleasePath,
  releaseCustomSchema,
  releasePath,
  type ReleaseCustom,
} from '@kedge/shared/trust/release-target'
import type { TargetFile, TargetsDocument } from '@kedge/shared/trust/tuf/documents'
import { lifetimes, signedFields } from './metadata-fields.js'

/** A release as its model's role names it. */
export interface SignedRelease extends ReleaseRef {
  readonly path: string
  readonly facts: ReleaseCustom['kedge']
}

/** Every release of a model's role. @throws DocumentError when a target is no release */
export function releasesOf(role: TargetsDocument): SignedRelease[] {
  return Object.entries(role.targets).map(([path, target]) => {
    const named = parseReleasePath(path)
    const custom = releaseCustomSchema.safeParse(target.custom)
    const sha256 = target.hashes['sha256']
    if (named === undefined || !custom.success || sha256 === undefined) {
      throw new DocumentError('document-invalid', `the target ${path} is no release`)
    }
    return { path, ...named, sha256, length: target.length, facts: custom.data.kedge }
  })
}

/** The counter of the newest release; 0 before the first. */
export const lastCounter = (role: TargetsDocument | undefined): number =>
  Math.max(0, ...(role ? releasesOf(role) : []).map(({ facts }) => facts.counter))

/** The next file of a model's role, with one more release in it. Unsigned yet. */
export function addRelease(
  role: TargetsDocument | undefined,
  release: ReleaseRef,
  now: number,
): TargetsDocument {
  const path = releasePath(release)
  const held = role?.targets[path]
  if (held?.hashes['sha256'] === release.sha256) return next(role, role?.targets ?? {}, now)
  const counter = lastCounter(role) + 1
  const target: TargetFile = {
    length: release.length,
    hashes: { sha256: release.sha256 },
    custom: { kedge: { counter, createdAt: now } },
  }
  return next(role, { ...role?.targets, [path]: target }, now)
}

/** The next file of a model's role, with a release taken back. Unsigned yet. */
export function revokeTarget(
  role: TargetsDocument,
  { model, version, reason }: { model: string; version: string; reason: string },
  now: number,
): TargetsDocument {
  const path = releasePath({ model, version })
  const target = role.targets[path]
  if (target === undefined) {
    throw new UsageError('not-found', `there is no release ${model}@${version}`)
  }
  const { kedge } = releaseCustomSchema.parse(target.custom)
  const revoked = { ...target, custom: { kedge: { ...kedge, revoked: reason } } }
  return next(role, { ...role.targets, [path]: revoked }, now)
}

/** The same releases, signed for longer. */
export const renewTargets = (role: TargetsDocument, now: number): TargetsDocument =>
  next(role, role.targets, now)

const next = (
  role: TargetsDocument | undefined,
  targets: TargetsDocument['targets'],
  now: number,
): TargetsDocument => ({
  ...role,
  _type: 'targets',
  ...signedFields((role?.version ?? 0) + 1, now + lifetimes.model),
  targets,
})
