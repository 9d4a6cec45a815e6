import { streamSchema } from '@kedge/shared/protocol/telemetry'
import { countSchema } from '@kedge/shared/util/scalars'
import { z } from 'zod'

/** What is known of a spool beside its windows. */
export const spoolHeadSchema = z.object({
  v: z.literal(1),
  stream: streamSchema,
  /** The sequence number of the next window. */
  next: countSchema.min(1),
  /** Windows given up, by reason. */
  dropped: z.record(z.string(), countSchema),
})
export type SpoolHead = z.infer<typeof spoolHeadSchema>

export function countDropped(head: SpoolHead, reason: string, windows: number): SpoolHead {
  if (windows === 0) return head
  return { ...head, dropped: { ...head.dropped, [reason]: (head.dropped[reason] ?? 0) + windows } }
}
