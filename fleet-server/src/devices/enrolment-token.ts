import { z } from 'zod'
import { deviceKindSchema } from '@kedge/shared/protocol/enrolment'
import { countSchema, labelsSchema, timestampSchema } from '@kedge/shared/util/scalars'
import { ownLabelsSchema } from './device.js'

/** What is kept of a token; its secret is known only to whoever was handed it. */
export const enrolmentTokenSchema = z.object({
  id: z.string(),
  /** Every device that joins by this token gets these. */
  labels: labelsSchema,
  createdAt: timestampSchema,
  expires: timestampSchema,
  uses: countSchema,
  usesLeft: countSchema,
  /** What may join by it: an agent's token lets browsers in too, a browser's no agents. */
  kind: deviceKindSchema,
  /** Whether an operator has to agree to each device. */
  approve: z.boolean(),
})
export type EnrolmentTokenRecord = z.infer<typeof enrolmentTokenSchema>

export const issuedTokenSchema = enrolmentTokenSchema.extend({
  /** The only time it is shown. */
  token: z.string(),
})
export type IssuedToken = z.infer<typeof issuedTokenSchema>

export const tokenRequestSchema = z.object({
  labels: ownLabelsSchema.default({}),
  ttlS: z
    .number()
    .int()
    .min(1)
    .max(366 * 24 * 3_600)
    .default(24 * 3_600),
  uses: z.number().int().min(1).max(1_000_000).default(1),
  /** `agent` unless told. */
  kind: deviceKindSchema.optional(),
  approve: z.boolean().optional(),
})
export type TokenRequest = z.infer<typeof tokenRequestSchema>
