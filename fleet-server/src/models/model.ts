import { z } from 'zod'
import { releaseSchema } from '@kedge/shared/model/release'
import { publicKeySchema } from '@kedge/shared/trust/keys'
import {
  countSchema,
  modelNameSchema,
  sha256Schema,
  timestampSchema,
  versionSchema,
} from '@kedge/shared/util/scalars'
import { MiB } from '@kedge/shared/util/units'

/** A key that signs releases, by the name of its holder. What it may sign is in the metadata. */
export const publisherSchema = z.object({
  id: z.string(),
  name: z.string(),
  key: publicKeySchema,
  createdAt: timestampSchema,
})
export type Publisher = z.infer<typeof publisherSchema>

export const publisherRequestSchema = z.object({
  name: z.string().min(1).max(80),
  key: publicKeySchema,
})
export type PublisherRequest = z.infer<typeof publisherRequestSchema>

export const modelSchema = z.object({
  name: modelNameSchema,
  createdAt: timestampSchema,
  /** The version published last; null for a model without releases. */
  latest: versionSchema.nullable(),
  releases: countSchema,
  /** The least counter that a release of it may have. */
  floor: countSchema,
  /** Devices that run any version of it. */
  runningOn: countSchema,
})
export type Model = z.infer<typeof modelSchema>

export const releaseRecordSchema = z.object({
  model: modelNameSchema,
  version: versionSchema,
  /** Digest of release.json, which names the release everywhere. */
  sha256: sha256Schema,
  length: countSchema,
  /** Greater with every release of the model; 0 for one from before releases were counted. */
  counter: countSchema,
  /** Since when and why it must not run; null while it may. */
  revoked: z.object({ at: timestampSchema, reason: z.string() }).nullable(),
  createdAt: timestampSchema,
  publisher: z.object({ id: z.string(), name: z.string() }),
  /** Bytes of the model files. */
  modelBytes: countSchema,
  /** Bytes of the chunks that no earlier release of this model has. */
  newBytes: countSchema,
  chunks: countSchema,
  manifest: releaseSchema,
  /** Devices that run it. */
  runningOn: countSchema,
})
export type ReleaseRecord = z.infer<typeof releaseRecordSchema>

export const publishRequestSchema = z.object({
  version: versionSchema,
  /** The model's role, with the release among its targets, as it was signed. */
  metadata: z.string().max(MiB(1)),
})

export const revokeRequestSchema = z.object({ reason: z.string().min(1).max(1_000) })

/** The oldest version that may still run. */
export const floorRequestSchema = z.object({ version: versionSchema })
