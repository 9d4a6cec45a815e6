import { z } from 'zod'
import { jsonCodec } from '../model/document-codec.js'
import { releaseRefSchema } from '../model/release.js'
import {
  countSchema,
  deviceIdSchema,
  hardwareClassSchema,
  modelNameSchema,
  sha256Schema,
  timestampSchema,
} from '../util/scalars.js'

/**
 * What a slot is to run. A slot bears the model's name.
 * `attempt` grows when an operator retries a release that failed.
 */
export const desiredSlotSchema = z.object({
  release: releaseRefSchema,
  mode: z.enum(['active', 'shadow', 'prefetch']),
  rollout: z.string().max(64),
  attempt: countSchema,
  /** What hardware the fleet takes the device for; absent before it has said. */
  class: hardwareClassSchema.optional(),
})
export type DesiredSlot = z.infer<typeof desiredSlotSchema>

export const deviceConfigSchema = z.object({
  /** Length of a telemetry window in seconds. */
  telemetryWindowS: z.number().int().min(1).max(3_600),
})
export type DeviceConfig = z.infer<typeof deviceConfigSchema>

/**
 * What one device is to be. Signed by a fleet key that the trusted root lists; a device accepts only a
 * greater `(epoch, seq)`.
 */
export const desiredStateSchema = z.object({
  v: z.literal(1),
  fleet: z.string().max(80),
  device: deviceIdSchema,
  /** The root's `fleetEpoch`: greater once a fleet has begun to count anew. */
  epoch: countSchema,
  /** Any number: the device says by a code of its own which one is none that it can count with. */
  seq: z.number(),
  issuedAt: timestampSchema,
  expires: timestampSchema,
  /** A device whose trusted root is older fetches the next ones before it does anything. */
  minRootVersion: countSchema.min(1),
  slots: z.record(modelNameSchema, desiredSlotSchema),
  /** The least counter a release of a model may have. */
  floor: z.record(modelNameSchema, countSchema),
  /** Digests of releases that must not run, whoever has signed them. */
  revoked: z.array(sha256Schema).max(512),
  config: deviceConfigSchema,
})
export type DesiredState = z.infer<typeof desiredStateSchema>

export const desiredStateCodec = jsonCodec(desiredStateSchema)
