import { StorageError } from '../errors/device-error.js'
import { InvariantError } from '../errors/kedge-error.js'
import { ModelError } from '../errors/model-error.js'
import {
  maxFileBytes,
  releaseCodec,
  type Release,
  type ReleaseFile,
  type ReleaseRef,
  type Variant,
} from '../model/release.js'
import { formatBytes } from '../util/units.js'
import type { ModelStore } from './ports/models.js'

/**
 * The release in bytes that have the digest of `ref`, if it is the one that was asked for.
 *
 * @throws DocumentError; ModelError `model-unsupported`, `model-too-large`
 */
export function openRelease(bytes: Uint8Array, ref: ReleaseRef): Release {
  const release = releaseCodec.decode(bytes)
  if (release.model !== ref.model || release.version !== ref.version) {
    throw new ModelError(
      'model-unsupported',
      `${ref.model}@${ref.version} was asked for, and the signed release is ${release.model}@${release.version}`,
    )
  }
  const large = release.files.find(({ length }) => length > maxFileBytes)
  if (large === undefined) return release
  throw new ModelError(
    'model-too-large',
    `${large.path} has ${formatBytes(large.length)}; models end before 2 GiB`,
  )
}

/** A release that is in the store, which hashes it again each time it is read. */
export async function loadRelease(models: ModelStore, ref: ReleaseRef): Promise<Release> {
  return openRelease(await models.read(ref.sha256), ref)
}

/** @throws ModelError `model-unsupported` when no variant is made for a provider of this device */
export function chooseVariant(release: Release, providers: readonly string[]): Variant {
  const variant = release.variants.find(
    (one) => one.providers.length === 0 || one.providers.some((name) => providers.includes(name)),
  )
  if (variant) return variant
  const made = release.variants.flatMap((one) => one.providers)
  throw new ModelError(
    'model-unsupported',
    `it is made for ${made.join(', ')}; this device has ${providers.join(', ')}`,
  )
}

/** The files of a release that a device needs to run one of its variants. */
export function filesOf(release: Release, variant: Variant): ReleaseFile[] {
  const paths = [variant.file, release.golden?.file, release.profile]
  return paths.flatMap((path) => (path === undefined ? [] : [fileOf(release, path)]))
}

export function fileOf(release: Release, path: string): ReleaseFile {
  const file = release.files.find((one) => one.path === path)
  if (file) return file
  throw new InvariantError(`the release names the file ${path} and does not list it`)
}

/** Whether the bytes themselves are at fault, so that fetching them again can mend it. */
export const isDamage = (error: unknown): boolean =>
  error instanceof StorageError && error.code !== 'storage-full'
