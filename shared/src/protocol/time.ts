import { z } from 'zod'
import { jsonCodec } from '../model/document-codec.js'
import { deviceIdSchema, timestampSchema } from '../util/scalars.js'

/** 128 random bits that tie an answer to its question. */
const nonceSchema = z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 hexadecimal digits')

/** A device that cannot believe its clock asks the fleet what time it is. */
export const timeRequestSchema = z.object({ v: z.literal(1), nonce: nonceSchema })
export type TimeRequest = z.infer<typeof timeRequestSchema>

/** The answer, signed by a fleet key: an old one cannot be passed off as new. */
export const timeReplySchema = z.object({
  v: z.literal(1),
  fleet: z.string().max(80),
  device: deviceIdSchema,
  nonce: nonceSchema,
  now: timestampSchema,
})
export type TimeReply = z.infer<typeof timeReplySchema>

export const timeReplyCodec = jsonCodec(timeReplySchema)
