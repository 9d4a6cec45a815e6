import { z } from 'zod'
import type { Envelope } from '../trust/dsse.js'

/** The limits keep what cannot be an envelope of ours from being decoded at all. */
export const envelopeSchema: z.ZodType<Envelope> = z.object({
  payloadType: z.string().max(200),
  payload: z.string().max(1_500_000),
  signatures: z
    .array(z.object({ keyid: z.string().max(200).optional(), sig: z.string().max(1_000) }))
    .max(16),
})

/** What an envelope of each kind says that it holds. */
export const payloadTypes = {
  desired: 'application/vnd.kedge.desired.v1+json',
  report: 'application/vnd.kedge.report.v1+json',
  time: 'application/vnd.kedge.time.v1+json',
} as const
