import { z } from 'zod'
import { timestampSchema } from '@kedge/shared/util/scalars'
import { roleSchema } from './actor.js'
import { actions } from './permissions.js'

/** Tells secret scanners and people whose token it is. */
export const serviceTokenPrefix = 'kst_'

const actionsSchema = z.array(z.enum(actions)).min(1).max(actions.length)

/** What is kept of a program's token; the token itself is known only to whoever was handed it. */
export const serviceTokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  role: roleSchema,
  /** The only actions it may do, of those of its role; absent for all of them. */
  actions: actionsSchema.optional(),
  createdAt: timestampSchema,
  createdBy: z.string(),
  expiresAt: timestampSchema,
  lastUsedAt: timestampSchema.nullable(),
})
export type ServiceToken = z.infer<typeof serviceTokenSchema>

/** The only time it is shown. */
export const issuedServiceTokenSchema = serviceTokenSchema.extend({ token: z.string() })
export type IssuedServiceToken = z.infer<typeof issuedServiceTokenSchema>

const day = 24 * 3_600

export const serviceTokenRequestSchema = z.object({
  name: z
    .string()
    .trim()
    .min(1)
    .max(64)
    .regex(/^[^\p{Cc}]*$/u, 'must have no control characters'),
  role: roleSchema,
  actions: actionsSchema.optional(),
  /** Seconds until it expires. */
  ttlS: z
    .number()
    .int()
    .min(60)
    .max(400 * day)
    .default(90 * day),
})
export type ServiceTokenRequest = z.infer<typeof serviceTokenRequestSchema>
