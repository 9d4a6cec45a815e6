import { z } from 'zod'
import { jsonCodec } from '../model/document-codec.js'
import { releaseRefSchema } from '../model/release.js'
import { publicKeySchema } from '../trust/keys.js'
import { countSchema, deviceIdSchema, modelNameSchema, timestampSchema } from '../util/scalars.js'

/**
 * What a slot is to run. A slot bears the model's name.
 * `attempt` grows when an operator retries a release that failed.
 */
export const desiredSlotSchema = z.object({
  release: releaseRefSchema,
  mode: z.enum(['active', 'shadow', 'prefetch']),
  rollout: z.string().max(64),
  attempt: countSchema,
})
export type DesiredSlot = z.infer<typeof desiredSlotSchema>

export const deviceConfigSchema = z.object({
  /** Length of a telemetry window in seconds. */
  telemetryWindowS: z.number().int().min(1).max(3_600),
})
export type DeviceConfig = z.infer<typeof deviceConfigSchema>

/** What one device is to be. Signed by the fleet key; a device accepts only a greater `seq`. */
export const desiredStateSchema = z.object({
  v: z.literal(1),
  fleet: z.string().max(80),
  device: deviceIdSchema,
  seq: countSchema,
  issuedAt: timestampSchema,
  expires: timestampSchema,
  /** Keys that may sign releases. */
  publishers: z.array(publicKeySchema).max(64),
  slots: z.record(modelNameSchema, desiredSlotSchema),
  config: deviceConfigSchema,
})
export type DesiredState = z.infer<typeof desiredStateSchema>

export const desiredStateCodec = jsonCodec(desiredStateSchema)
