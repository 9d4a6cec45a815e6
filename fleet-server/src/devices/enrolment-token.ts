import { z } from 'zod'
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
})
export type EnrolmentTokenRecord = z.infer<typeof enrolmentTokenSchema>

export const issuedTokenSchema = enrolmentTokenSchema.extend({
  /** The only time it is shown. */
  token: z.string(),
})
export type IssuedToken = z.infer<typeof issuedTokenSchema>

/** A token that lies around is a way in. */
const longestLifeS = 30 * 24 * 3_600

export const tokenRequestSchema = z.object({
  labels: ownLabelsSchema.default({}),
  ttlS: z
    .number()
    .int()
    .min(1)
    .max(longestLifeS)
    .default(24 * 3_600),
  uses: z.number().int().min(1).max(1_000_000).default(1),
})
export type TokenRequest = z.infer<typeof tokenRequestSchema>
