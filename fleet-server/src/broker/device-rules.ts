import { topicMap, type TopicKind } from '@kedge/shared/protocol/topic-map'
import { parseTopic, type ParsedTopic, type Topic } from '@kedge/shared/protocol/topics'
import { RefusalError } from './refusal.js'

type KindFrom<Side> = {
  [Kind in TopicKind]: (typeof topicMap)[Kind]['from'] extends Side ? Kind : never
}[TopicKind]

/** Kinds that devices publish. */
export type UplinkKind = KindFrom<'device'>

/** A message as it comes from the wire, before anybody has read its payload. */
export interface RawMessage {
  readonly topic: string
  readonly payload: Uint8Array
  readonly retain: boolean
}

export interface Uplink {
  readonly device: string
  readonly topic: Topic<UplinkKind>
  readonly payload: Uint8Array
}

const isUplink = (topic: Topic): topic is Topic<UplinkKind> =>
  topicMap[topic.kind].from === 'device'

/** @throws RefusalError `foreign-topic`, `message-size`, `retain` */
export function readUplink(message: RawMessage): Uplink {
  const parsed = parse(message.topic)
  if (!('device' in parsed) || !isUplink(parsed.topic)) {
    throw new RefusalError('foreign-topic', `no device publishes to ${message.topic}`)
  }
  const { maxBytes, retain } = topicMap[parsed.topic.kind]
  if (message.payload.length > maxBytes) {
    throw new RefusalError(
      'message-size',
      `${message.payload.length} bytes on ${message.topic}, at most ${maxBytes} are allowed`,
    )
  }
  if (message.retain && !retain) {
    throw new RefusalError('retain', `${message.topic} is not for retained messages`)
  }
  return { device: parsed.device, topic: parsed.topic, payload: message.payload }
}

/** A device speaks for itself alone. @throws RefusalError as `readUplink` */
export function readUplinkOf(device: string, message: RawMessage): Uplink {
  const uplink = readUplink(message)
  if (uplink.device === device) return uplink
  throw new RefusalError('foreign-topic', `${device} may not publish to ${message.topic}`)
}

/**
 * A device reads what is for it, and chunks whose hash it knows. Nothing else is even a topic here,
 * wildcards least of all.
 *
 * @throws RefusalError `subscription`
 */
export function readSubscription(device: string, filter: string): ParsedTopic {
  const parsed = parse(filter, 'subscription')
  const own = !('device' in parsed) || parsed.device === device
  if (own && topicMap[parsed.topic.kind].from === 'server') return parsed
  throw new RefusalError('subscription', `${device} may not subscribe to ${filter}`)
}

function parse(
  path: string,
  reason: 'foreign-topic' | 'subscription' = 'foreign-topic',
): ParsedTopic {
  try {
    return parseTopic(path)
  } catch (cause) {
    throw new RefusalError(reason, `no topic of Kedge: ${JSON.stringify(path.slice(0, 200))}`, {
      cause,
    })
  }
}
