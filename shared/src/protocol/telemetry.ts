import { z } from 'zod'
import { windowSchema } from '../telemetry/window.js'
import { countSchema } from '../util/scalars.js'

export const sequencedWindowSchema = windowSchema.extend({ seq: countSchema })
export type SequencedWindow = z.infer<typeof sequencedWindowSchema>

/** The random name of one device's spool; a wiped device starts another stream. */
export const streamSchema = z.string().regex(/^[0-9a-f]{16}$/)

/** Windows of one stream. (device, stream, seq) names a window for ever; the server stores each once. */
export const telemetryBatchSchema = z.object({
  v: z.literal(1),
  stream: streamSchema,
  windows: z.array(sequencedWindowSchema).min(1).max(256),
  /** Windows of this stream that the device had to give up since it began, by reason. */
  dropped: z.record(z.string().max(32), countSchema),
})
export type TelemetryBatch = z.infer<typeof telemetryBatchSchema>

/** "All windows of `stream` up to and with `upTo` are stored." Only then a device forgets them. */
export const telemetryAckSchema = z.object({
  v: z.literal(1),
  stream: streamSchema,
  upTo: countSchema,
})
export type TelemetryAck = z.infer<typeof telemetryAckSchema>
