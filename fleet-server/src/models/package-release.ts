import { chunkFile, chunksOf } from '@kedge/shared/delivery/chunker'
import { toIndexBlobs } from '@kedge/shared/delivery/index-blobs'
import { encodeGoldenSamples, type GoldenSample } from '@kedge/shared/model/golden-samples'
import { admitModel, type AdmittedModel } from '@kedge/shared/model/onnx/admission'
import {
  releaseCodec,
  type Release,
  type ReleaseFile,
  type ReleaseRef,
  type Tolerance,
  type Variant,
} from '@kedge/shared/model/release'
import {
  referenceProfileCodec,
  type ReferenceProfile,
} from '@kedge/shared/telemetry/reference-profile'
import type { Sha256 } from '@kedge/shared/util/sha256'
import { sha256Of } from '../blobs/blob-store.js'

/** What a publisher says about a model, beside the model itself. */
export interface ReleaseFacts extends Pick<
  Release,
  'version' | 'notes' | 'prediction' | 'metrics' | 'lineage' | 'compat'
> {
  readonly name: string
  readonly createdAt: number
  readonly golden?: { readonly samples: readonly GoldenSample[]; readonly tolerance: Tolerance }
  readonly profile?: ReferenceProfile
}

export interface PackagedRelease {
  readonly release: Release
  /** What a publisher signs: the digest and length of release.json. */
  readonly ref: ReleaseRef
  /** Everything that must be uploaded before, by digest: chunks, their indexes, release.json. */
  readonly blobs: ReadonlyMap<string, Uint8Array>
}

const sha256: Sha256 = (bytes) => Promise.resolve(sha256Of(bytes))

/**
 * Turns a model into a release and the blobs it is made of.
 *
 * @throws ModelError when the model cannot be admitted
 */
export async function packageRelease(
  model: Uint8Array,
  facts: ReleaseFacts,
): Promise<PackagedRelease> {
  const admitted = admitModel(model)
  const blobs = new Map<string, Uint8Array>()
  const files: ReleaseFile[] = [await addFile(blobs, 'model', model)]
  const { golden, profile } = facts
  if (golden) files.push(await addFile(blobs, 'golden', encodeGoldenSamples(golden.samples)))
  if (profile) files.push(await addFile(blobs, 'profile', referenceProfileCodec.encode(profile)))
  const release = describeRelease(admitted, facts, files)
  const bytes = releaseCodec.encode(release)
  const digest = sha256Of(bytes)
  blobs.set(digest, bytes)
  const { model: name, version } = release
  return { release, ref: { model: name, version, sha256: digest, length: bytes.length }, blobs }
}

const paths = { model: 'model.onnx', golden: 'golden.cbor', profile: 'profile.cbor' } as const

async function addFile(
  blobs: Map<string, Uint8Array>,
  role: ReleaseFile['role'],
  bytes: Uint8Array,
): Promise<ReleaseFile> {
  const index = await chunkFile(bytes, sha256)
  for (const [chunk, content] of chunksOf(bytes, index)) blobs.set(chunk.sha256, content)
  const indexBlobs = await toIndexBlobs(index, sha256)
  for (const [digest, content] of indexBlobs.blobs) blobs.set(digest, content)
  return {
    path: paths[role],
    role,
    length: index.length,
    sha256: index.sha256,
    index: indexBlobs.root,
  }
}

function describeRelease(
  admitted: AdmittedModel,
  facts: ReleaseFacts,
  files: ReleaseFile[],
): Release {
  const { name, version, createdAt, golden, profile, prediction } = facts
  return {
    schema: 'kedge.release/1',
    model: name,
    version,
    createdAt,
    inputs: admitted.inputs.map((spec) => ({ ...spec, shape: [...spec.shape] })),
    outputs: admitted.outputs.map((spec) => ({ ...spec, shape: [...spec.shape] })),
    variants: [describeVariant(admitted)],
    files,
    ...(prediction === undefined ? {} : { prediction }),
    ...(golden === undefined
      ? {}
      : { golden: { file: paths.golden, tolerance: golden.tolerance } }),
    ...(profile === undefined ? {} : { profile: paths.profile }),
    ...(facts.notes === undefined ? {} : { notes: facts.notes }),
    ...(facts.metrics === undefined ? {} : { metrics: facts.metrics }),
    ...(facts.compat === undefined ? {} : { compat: facts.compat }),
    ...(facts.lineage === undefined ? {} : { lineage: facts.lineage }),
  }
}

function describeVariant({ model }: AdmittedModel): Variant {
  const precision = precisionOf(model)
  const operators = [model, ...model.functions]
    .flatMap((body) => body.operators)
    .map(({ domain, opType }) => (domain === 'ai.onnx' ? opType : `${domain}.${opType}`))
  return {
    name: precision,
    precision,
    providers: [],
    requires: {
      opsets: Object.fromEntries(model.opsets.map(({ domain, version }) => [domain, version])),
      operators: [...new Set(operators)].sort(),
    },
    file: paths.model,
  }
}

/** The element type that most of the stored bytes have. */
function precisionOf({ initializers }: AdmittedModel['model']): string {
  const bytes = new Map<string, number>()
  for (const { elementType, payload } of initializers) {
    bytes.set(elementType, (bytes.get(elementType) ?? 0) + (payload?.length ?? 0))
  }
  const [most] = [...bytes].sort(([, a], [, b]) => b - a)
  return most?.[0] ?? 'float32'
}
