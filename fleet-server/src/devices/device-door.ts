import type { Presence } from '@kedge/shared/protocol/reported-state'
import type { TelemetryBatch } from '@kedge/shared/protocol/telemetry'
import type { TimeRequest } from '@kedge/shared/protocol/time'
import type { PayloadOf, TopicKind } from '@kedge/shared/protocol/topic-map'
import type { Topic } from '@kedge/shared/protocol/topics'
import type { Envelope } from '@kedge/shared/trust/dsse'

/** What the features do with a device's messages; the broker door calls it after parsing them. */
export interface DeviceMessages {
  presence(device: string, presence: Presence): Promise<void>
  /** What a device has signed; whether it counts is for the feature to say. */
  reported(device: string, report: Envelope): Promise<void>
  /** Resolves when every window is stored; the acknowledgement is published by the feature. */
  telemetry(device: string, batch: TelemetryBatch): Promise<void>
  /** Answers what time it is, signed, to a device that cannot believe its clock. */
  ask(device: string, question: TimeRequest): Promise<void>
  /** A message that no schema accepts. It is counted, logged and otherwise ignored. */
  malformed(device: string, topic: string, error: unknown): void
}

/** How the features speak to devices; the broker door provides it. */
export interface DeviceOutbox {
  /** Resolves when the broker has the message. QoS and retain follow from the topic's kind. */
  publish<Kind extends TopicKind>(topic: Topic<Kind>, payload: PayloadOf<Kind>): Promise<void>
  /** Ends a device's connection, where the broker is ours to ask. */
  disconnect(device: string): Promise<void>
}

/** Where the embedded broker finds retained messages: nothing of it is held in memory. */
export interface RetainedSource {
  blob(sha256: string): Promise<Uint8Array | undefined>
  desired(device: string): Promise<Envelope | undefined>
  /** A file of the TUF repository, by its name there. */
  meta(name: string): Promise<Uint8Array | undefined>
}

/** Decides who may connect. */
export interface DeviceAuthenticator {
  /** True when `password` is a token that `device`'s registered key signed and that is still valid. */
  authenticate(device: string, password: string): Promise<boolean>
}
