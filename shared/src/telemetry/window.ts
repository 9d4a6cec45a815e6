import { z } from 'zod'
import {
  countSchema,
  modelNameSchema,
  sha256Schema,
  timestampSchema,
  versionSchema,
} from '../util/scalars.js'
import { momentsSchema } from './moments.js'

/** As many as a release can name; a window of them still fits a message. */
export const maxCountedClasses = 10_000

const tensorName = z.string().max(256)

/** How predictions compared with the labels that came for them. */
export const scoreSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('classes'), count: countSchema, correct: countSchema }),
  z.object({
    kind: z.literal('value'),
    count: countSchema,
    sumAbsolute: z.number().nonnegative(),
    sumSquared: z.number().nonnegative(),
  }),
])
export type Score = z.infer<typeof scoreSchema>

/** What one version of a model did on one device in one stretch of time. All of it adds. */
export const windowSchema = z.object({
  model: modelNameSchema,
  version: versionSchema,
  release: sha256Schema,
  provider: z.string().max(32),
  from: timestampSchema,
  to: timestampSchema,
  count: countSchema,
  /** Runs that failed, by error code. */
  errors: z.record(z.string().max(64), countSchema),
  /** A latency histogram as [bin, count, …]. */
  latency: z.array(countSchema).max(512),
  outputs: z.record(tensorName, momentsSchema),
  /** Predictions by class, in the order of the release's labels; [class, count, …]. */
  classes: z
    .array(countSchema)
    .max(2 * maxCountedClasses)
    .optional(),
  /** By input: counts in the bins of the release's reference profile, one list a feature. */
  inputs: z.record(tensorName, z.array(z.array(countSchema).max(64)).max(512)).optional(),
  score: scoreSchema.optional(),
})
export type TelemetryWindow = z.infer<typeof windowSchema>
