import { z } from 'zod'
import { timestampSchema } from '@kedge/shared/util/scalars'
import { roleSchema } from './actor.js'

/** Tells secret scanners and people whose token it is. */
export const serviceTokenPrefix = 'kst_'

/** What is kept of a program's token; the token itself is known only to whoever was handed it. */
export const serviceTokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  role: roleSchema,
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
  /** Seconds until it expires. */
  ttlS: z
    .number()
    .int()
    .min(60)
    .max(400 * day)
    .default(90 * day),
})
export type ServiceTokenRequest = z.infer<typeof serviceTokenRequestSchema>
