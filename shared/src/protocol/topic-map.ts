import { bytesCodec, cborCodec, jsonCodec } from '../model/document-codec.js'
import { envelopeSchema } from './envelope.js'
import { telemetryAckSchema, telemetryBatchSchema } from './telemetry.js'
import { presenceSchema } from './reported-state.js'
import { timeRequestSchema } from './time.js'
import { KiB, MiB } from '../util/units.js'

/** Everything both ends must agree on for each kind of topic, said once. */
export const topicMap = {
  desired: { codec: jsonCodec(envelopeSchema), retain: true, from: 'server', maxBytes: KiB(64) },
  /** 64 KiB of a report, in base64 and with its signature. */
  reported: { codec: jsonCodec(envelopeSchema), retain: true, from: 'device', maxBytes: KiB(88) },
  presence: { codec: jsonCodec(presenceSchema), retain: true, from: 'device', maxBytes: KiB(1) },
  telemetry: {
    codec: cborCodec(telemetryBatchSchema),
    retain: false,
    from: 'device',
    maxBytes: KiB(128),
  },
  ack: { codec: jsonCodec(telemetryAckSchema), retain: false, from: 'server', maxBytes: KiB(1) },
  ask: { codec: jsonCodec(timeRequestSchema), retain: false, from: 'device', maxBytes: KiB(1) },
  time: { codec: jsonCodec(envelopeSchema), retain: false, from: 'server', maxBytes: KiB(4) },
  /** 128 KiB is the largest message AWS IoT carries. */
  blob: { codec: bytesCodec, retain: true, from: 'server', maxBytes: KiB(128) },
  /** TUF metadata, verified as the bytes it came in; each role has a smaller limit of its own. */
  meta: { codec: bytesCodec, retain: true, from: 'server', maxBytes: MiB(1) },
} as const

export type TopicKind = keyof typeof topicMap
export type PayloadOf<Kind extends TopicKind> = ReturnType<
  (typeof topicMap)[Kind]['codec']['decode']
>

/** Every message goes at QoS 1: at most once would lose state, exactly once is not needed. */
export const qos = 1
