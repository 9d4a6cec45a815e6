import { z } from 'zod'
import { jsonCodec } from '../model/document-codec.js'
import { countSchema, sha256Schema, timestampSchema } from '../util/scalars.js'
import { reportedStateSchema } from './reported-state.js'

/**
 * What a device signs: its state, and where it stands in the order of all that it has said. Two
 * machines with one key make two such orders, which shows.
 */
export const reportSchema = z.object({
  ...reportedStateSchema.shape,
  /** Random at each start of the program. */
  bootId: z.uuid(),
  /** Counts the reports of one boot, from 1. */
  reportSeq: countSchema.min(1),
  /** SHA-256 of the payload of the one before, which may have been lost; the first has none. */
  prevHash: sha256Schema.optional(),
  /** When it was signed, by the time that the device trusts; `at` is by its own clock. */
  issuedAt: timestampSchema,
})
export type Report = z.infer<typeof reportSchema>

export const reportCodec = jsonCodec(reportSchema)
