import { z } from 'zod'
import {
  countSchema,
  modelNameSchema,
  timestampSchema,
  versionSchema,
} from '@kedge/shared/util/scalars'

/** Latencies are in µs, and accuracy is a share of `labelled` from 0 to 1. */
const figuresShape = {
  count: countSchema,
  errors: countSchema,
  p50Us: z.number().nullable(),
  p95Us: z.number().nullable(),
  p99Us: z.number().nullable(),
  /** Predictions for which the truth became known. */
  labelled: countSchema,
  /** Of classes: share of labelled predictions that were right. */
  accuracy: z.number().optional(),
  /** Of values: mean absolute and root mean squared error, in the unit of the prediction. */
  mae: z.number().optional(),
  rmse: z.number().optional(),
}

export const figuresSchema = z.object(figuresShape)
export type Figures = z.infer<typeof figuresSchema>

export const seriesPointSchema = z.object({
  from: timestampSchema,
  to: timestampSchema,
  ...figuresShape,
})
export type SeriesPoint = z.infer<typeof seriesPointSchema>

/** What the versions of a model did over time. Steps in which nothing happened are left out. */
export const seriesSchema = z.object({
  model: modelNameSchema,
  from: timestampSchema,
  to: timestampSchema,
  stepMs: countSchema,
  /** The unit of `mae` and `rmse`, where the newest release names one. */
  unit: z.string().optional(),
  items: z.array(z.object({ version: versionSchema, points: z.array(seriesPointSchema) })),
})
export type Series = z.infer<typeof seriesSchema>

export const versionStatsSchema = z.object({
  version: versionSchema,
  /** Devices that reported windows of it. */
  devices: countSchema,
  from: timestampSchema,
  to: timestampSchema,
  ...figuresShape,
})

export const statsSchema = z.object({
  model: modelNameSchema,
  unit: z.string().optional(),
  items: z.array(versionStatsSchema),
})
export type Stats = z.infer<typeof statsSchema>
