import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { PayloadOf, TopicKind } from '@kedge/shared/protocol/topic-map'
import type { Topic } from '@kedge/shared/protocol/topics'
import type { DeviceMessages, DeviceOutbox } from '../devices/device-door.js'
import type { Log } from '../observability/log.js'
import type { PageGate } from './page-gate.js'
import type { RefusalReason } from './refusal.js'

/** The door to devices: what they send goes to `DeviceMessages`, what they are to hear comes here. */
export interface Broker extends DeviceOutbox, AsyncDisposable {
  /** False while an external broker cannot be reached. */
  readonly ready: boolean
  /** Takes an HTTP upgrade over: MQTT over WebSocket (MQTT 3.1.1, section 6). */
  handleWebSocket(request: IncomingMessage, socket: Duplex, head: Buffer): void
}

/** The broker inside the server's own process. */
export interface EmbeddedBroker extends Broker {
  /** The TCP port it listens on. */
  readonly port: number
  /** Takes a connection that came by another way than the port, from an address if it has one. */
  accept(connection: Duplex, from?: string): void
}

/** Something the server wants every subscriber to find. */
export type RetainedMessage = {
  [Kind in TopicKind]: { readonly topic: Topic<Kind>; readonly payload: PayloadOf<Kind> }
}[TopicKind]

/** What the broker counts. */
export interface BrokerMetrics {
  connections(now: number): void
  refused(reason: RefusalReason): void
  /** A device that sends too much is made to wait. */
  throttled(): void
  /** A message of a device; bytes of its payload. */
  received(kind: TopicKind, bytes: number): void
  /** A message written to a device; bytes of its payload. */
  sent(kind: TopicKind, bytes: number): void
  /** A message the server itself published. */
  published(kind: TopicKind): void
}

export interface BrokerParts {
  /** Which pages may open a WebSocket; all may, unless told. */
  readonly mayOpen?: PageGate
  readonly messages: DeviceMessages
  readonly metrics: BrokerMetrics
  readonly log: Log
}
