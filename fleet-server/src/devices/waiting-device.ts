import { z } from 'zod'
import { deviceKindSchema } from '@kedge/shared/protocol/enrolment'
import { deviceIdSchema, labelsSchema, timestampSchema } from '@kedge/shared/util/scalars'

/** Has shown a token and a key; is of the fleet when an operator agrees. */
export const waitingDeviceSchema = z.object({
  id: deviceIdSchema,
  kind: deviceKindSchema,
  labels: labelsSchema,
  /** The enrolment token it came with. */
  token: z.string(),
  /** The network address it came from. */
  address: z.string(),
  askedAt: timestampSchema,
})
export type WaitingDevice = z.infer<typeof waitingDeviceSchema>

/** A key that may not join again, unless an operator pardons it. */
export const barredDeviceSchema = z.object({
  id: deviceIdSchema,
  kind: deviceKindSchema,
  reason: z.enum(['revoked', 'rejected']),
  barredAt: timestampSchema,
})
export type BarredDevice = z.infer<typeof barredDeviceSchema>
