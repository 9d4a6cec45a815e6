import { z } from 'zod'
import { releaseRefSchema } from '../model/release.js'
import { envelopeSchema } from '../trust/dsse.js'
import { modelNameSchema, timestampSchema } from '../util/scalars.js'
import { deploymentSchema } from './deployment-machine.js'

/** What a slot serves, and what is on its way to it. */
export const slotRecordSchema = z.object({
  active: z
    .object({
      release: releaseRefSchema,
      since: timestampSchema,
      variant: z.string().max(64),
    })
    .optional(),
  deployment: deploymentSchema.optional(),
})
export type SlotRecord = z.infer<typeof slotRecordSchema>

/** All that a device must know again after its power was cut. */
export const deviceRecordSchema = z.object({
  v: z.literal(1),
  /** The last desired state accepted, as it was signed: it is verified again at every start. */
  desired: envelopeSchema.optional(),
  slots: z.record(modelNameSchema, slotRecordSchema),
})
export type DeviceRecord = z.infer<typeof deviceRecordSchema>

export const emptyRecord: DeviceRecord = { v: 1, slots: {} }
