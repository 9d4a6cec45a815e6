import { z } from 'zod'
import { timestampSchema } from '@kedge/shared/util/scalars'
import { roleSchema } from './actor.js'

/** Lower case, so that one name is one person however it is typed. */
export const userNameSchema = z
  .string()
  .trim()
  .toLowerCase()
  .regex(
    /^[a-z0-9][a-z0-9._@+-]{0,63}$/,
    'must be letters, digits and . _ @ + -, at most 64 of them',
  )

/** Length is what makes a password hard to guess (NIST SP 800-63B, 3.1.1.2). */
export const newPasswordSchema = z
  .string()
  .min(10, 'must have at least 10 characters')
  .max(256, 'may have at most 256 characters')
/** One that is checked: it may be older than the rules for new ones. */
export const passwordSchema = z.string().min(1).max(256)

export const userSchema = z.object({
  id: z.string(),
  name: z.string(),
  role: roleSchema,
  createdAt: timestampSchema,
  lastSeen: timestampSchema.nullable(),
  /** By what this person can sign in. */
  methods: z.array(z.enum(['password', 'passkey', 'oidc'])),
})
export type User = z.infer<typeof userSchema>

export const userRequestSchema = z.object({
  name: userNameSchema,
  role: roleSchema,
  password: newPasswordSchema,
})
export type UserRequest = z.infer<typeof userRequestSchema>

export const userChangeSchema = z
  .object({ role: roleSchema.optional(), password: newPasswordSchema.optional() })
  .refine((change) => change.role ?? change.password, 'must change the role or the password')
export type UserChange = z.infer<typeof userChangeSchema>
