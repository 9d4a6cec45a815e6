import type { topicMap, TopicKind } from '@kedge/shared/protocol/topic-map'
import { findTopicRule, type TopicNames } from '@kedge/shared/protocol/topic-rules'
import type { Topic } from '@kedge/shared/protocol/topics'
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
  readonly qos: number
}

export interface Uplink {
  readonly device: string
  readonly topic: Topic<UplinkKind>
  readonly payload: Uint8Array
}

/** A topic that a device may listen to; the hash, where it is a chunk's. */
export interface DeviceSubscription extends TopicNames {
  readonly path: string
}

/** @throws RefusalError `foreign-topic`, `message-size`, `qos`, `retain` */
export function readUplink({ topic: path, payload, retain, qos }: RawMessage): Uplink {
  const { rule, names } = findTopicRule('device', 'publish', path) ?? {}
  if (!rule || names?.device === undefined) {
    throw new RefusalError('foreign-topic', `no device publishes to ${quote(path)}`)
  }
  const { maxBytes, maxQos } = rule
  if (payload.length > maxBytes) {
    const length = `${payload.length} bytes on ${path}`
    throw new RefusalError('message-size', `${length}, at most ${maxBytes} are allowed`)
  }
  if (qos > maxQos) throw new RefusalError('qos', `${path} is not for quality of service ${qos}`)
  if (retain && !rule.retain) {
    throw new RefusalError('retain', `${path} is not for retained messages`)
  }
  // What devices publish has a schema; the two lists of kinds are one by a test.
  return { device: names.device, topic: { kind: rule.kind as UplinkKind, path }, payload }
}

/** A device speaks for itself alone. @throws RefusalError as `readUplink` */
export function readUplinkOf(device: string, message: RawMessage): Uplink {
  const uplink = readUplink(message)
  if (uplink.device === device) return uplink
  throw new RefusalError('foreign-topic', `${device} may not publish to ${message.topic}`)
}

/** A device reads what is for it, and what it can name. @throws RefusalError `subscription` */
export function readSubscription(device: string, filter: string): DeviceSubscription {
  const names = findTopicRule('device', 'subscribe', filter)?.names
  if (names && (names.device ?? device) === device) return { path: filter, ...names }
  throw new RefusalError('subscription', `${device} may not subscribe to ${quote(filter)}`)
}

/** A topic may be 65,535 bytes of anything. */
const quote = (path: string): string => JSON.stringify(path.slice(0, 200))
