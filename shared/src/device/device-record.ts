import { z } from 'zod'
import { releaseRefSchema } from '../model/release.js'
import { problemSchema } from '../protocol/reported-state.js'
import { envelopeSchema } from '../protocol/envelope.js'
import { countSchema, modelNameSchema, sha256Schema, timestampSchema } from '../util/scalars.js'
import { deploymentSchema } from './deployment-machine.js'

/** A release that was verified and probed on this device. */
export const installedSchema = z.object({
  release: releaseRefSchema,
  variant: z.string().max(64),
  /** The publisher's count of the model's releases, which floors are compared with. */
  counter: countSchema,
})
export type Installed = z.infer<typeof installedSchema>

/** What a slot serves, what it served before, and what is on its way to it. */
export const slotRecordSchema = z.object({
  active: installedSchema.extend({ since: timestampSchema }).optional(),
  /** What to fall back to without a network when `active` must not run any more. */
  previous: installedSchema.optional(),
  /** Why the release that served last was taken away; gone when another is switched to. */
  withdrawn: problemSchema.optional(),
  deployment: deploymentSchema.optional(),
})
export type SlotRecord = z.infer<typeof slotRecordSchema>

/** Whether nothing is left of a slot, but for why that is so. */
export const isEmpty = ({ active, previous, deployment }: SlotRecord): boolean =>
  !active && !previous && !deployment

/** What must not run here, whoever asks for it. */
export const releaseBarsSchema = z.object({
  epoch: countSchema,
  floor: z.record(modelNameSchema, countSchema),
  revoked: z.array(sha256Schema),
})
export type ReleaseBars = z.infer<typeof releaseBarsSchema>

/** All that a device must know again after its power was cut. */
export const deviceRecordSchema = z.object({
  v: z.literal(1),
  /** Another fleet's record is of no use in this one. */
  fleet: z.string().max(80),
  /** The last desired state accepted, as it was signed: it is verified again at every start. */
  desired: envelopeSchema.optional(),
  /** Its place in the order of all; stays when the state itself is no longer trusted. */
  accepted: z.object({ epoch: countSchema, seq: countSchema }),
  /** The newest time that somebody trusted has signed. */
  lastSigned: timestampSchema,
  bars: releaseBarsSchema,
  slots: z.record(modelNameSchema, slotRecordSchema),
})
export type DeviceRecord = z.infer<typeof deviceRecordSchema>

export const emptyRecord = (fleet: string): DeviceRecord => ({
  v: 1,
  fleet,
  accepted: { epoch: 0, seq: 0 },
  lastSigned: 0,
  bars: { epoch: 0, floor: {}, revoked: [] },
  slots: {},
})
