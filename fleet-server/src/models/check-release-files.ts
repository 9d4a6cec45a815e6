import { createHash } from 'node:crypto'
import type { ChunkIndex, ChunkRef } from '@kedge/shared/delivery/chunk-index'
import { readChunkIndex } from '@kedge/shared/delivery/index-blobs'
import { DeliveryError } from '@kedge/shared/errors/device-error'
import { DocumentError } from '@kedge/shared/errors/document-error'
import { decodeGoldenSamples } from '@kedge/shared/model/golden-samples'
import type { Release, ReleaseFile } from '@kedge/shared/model/release'
import { admitModel } from '@kedge/shared/model/onnx/admission'
import type { TensorSpec } from '@kedge/shared/model/tensor'
import { referenceProfileCodec } from '@kedge/shared/telemetry/reference-profile'
import { concatBytes } from '@kedge/shared/util/bytes'
import type { BlobStore } from '../blobs/blob-store.js'

/**
 * Puts every file of a release together from its blobs, as a device will, and checks that each is
 * what the manifest says.
 *
 * @returns the chunks of all files
 * @throws DeliveryError `chunk-unavailable` or `digest-mismatch`; DocumentError; ModelError
 */
export async function checkReleaseFiles(blobs: BlobStore, manifest: Release): Promise<ChunkRef[]> {
  checkReferences(manifest)
  const chunks: ChunkRef[] = []
  for (const file of manifest.files) {
    const index = await readIndex(blobs, file)
    checkContent(manifest, file, await assemble(blobs, file, index))
    chunks.push(...index.chunks)
  }
  return chunks
}

function checkReferences({ files, variants, golden, profile }: Release): void {
  const paths = files.map(({ path }) => path)
  if (new Set(paths).size !== paths.length) throw invalid('two files have the same path')
  const need = (path: string | undefined, role: ReleaseFile['role']) => {
    if (path === undefined || files.some((file) => file.path === path && file.role === role)) return
    throw invalid(`it names the ${role} file ${path}, which it does not have`)
  }
  for (const { file } of variants) need(file, 'model')
  need(golden?.file, 'golden')
  need(profile, 'profile')
}

async function readIndex(blobs: BlobStore, file: ReleaseFile): Promise<ChunkIndex> {
  const index = await readChunkIndex(file.index, (sha256) => readBlob(blobs, sha256, file))
  if (index.sha256 !== file.sha256 || index.length !== file.length) {
    throw invalid(`the chunk index of ${file.path} is that of another file`)
  }
  return index
}

async function assemble(
  blobs: BlobStore,
  file: ReleaseFile,
  index: ChunkIndex,
): Promise<Uint8Array> {
  const hash = createHash('sha256')
  const parts: Uint8Array[] = []
  for (const { sha256, length } of index.chunks) {
    const bytes = await readBlob(blobs, sha256, file)
    if (bytes.length !== length) throw invalid(`a chunk of ${file.path} has another length`)
    hash.update(bytes)
    parts.push(bytes)
  }
  const actual = hash.digest('hex')
  if (actual !== file.sha256) {
    throw new DeliveryError(
      'digest-mismatch',
      `the chunks of ${file.path} make a file with the digest ${actual}, not ${file.sha256}`,
    )
  }
  return concatBytes(parts)
}

async function readBlob(blobs: BlobStore, sha256: string, file: ReleaseFile): Promise<Uint8Array> {
  const bytes = await blobs.get(sha256)
  if (bytes !== undefined) return bytes
  throw new DeliveryError('chunk-unavailable', `blob ${sha256} of ${file.path} was not uploaded`)
}

function checkContent(manifest: Release, file: ReleaseFile, bytes: Uint8Array): void {
  switch (file.role) {
    case 'model':
      return checkModel(manifest, file, bytes)
    case 'golden':
      return void decodeGoldenSamples(bytes)
    case 'profile':
      return void referenceProfileCodec.decode(bytes)
  }
}

/** Another variant may compute in other types, but takes and gives tensors of the same names. */
function checkModel(manifest: Release, file: ReleaseFile, bytes: Uint8Array): void {
  const admitted = admitModel(bytes)
  const isFirst = manifest.variants[0]?.file === file.path
  const describe = (specs: readonly TensorSpec[]) =>
    JSON.stringify(
      specs.map(({ name, dtype, shape }) => (isFirst ? { name, dtype, shape } : { name })),
    )
  for (const side of ['inputs', 'outputs'] as const) {
    if (describe(manifest[side]) === describe(admitted[side])) continue
    throw invalid(
      `the manifest says ${side} ${describe(manifest[side])}, ` +
        `but ${file.path} has ${describe(admitted[side])}`,
    )
  }
}

const invalid = (reason: string) => new DocumentError('document-invalid', `the release: ${reason}`)
