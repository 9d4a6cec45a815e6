import { z } from 'zod'
import { releaseSchema } from '@kedge/shared/model/release'
import { envelopeSchema } from '@kedge/shared/trust/dsse'
import { publicKeySchema } from '@kedge/shared/trust/keys'
import {
  countSchema,
  modelNameSchema,
  sha256Schema,
  timestampSchema,
  versionSchema,
} from '@kedge/shared/util/scalars'

/** Who may say what runs: releases signed by another key are refused. */
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
  /** Devices that run any version of it. */
  runningOn: countSchema,
})
export type Model = z.infer<typeof modelSchema>

export const releaseRecordSchema = z.object({
  model: modelNameSchema,
  version: versionSchema,
  /** Digest of the signed envelope, which names the release everywhere. */
  sha256: sha256Schema,
  length: countSchema,
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

export const publishRequestSchema = z.object({ envelope: envelopeSchema })
