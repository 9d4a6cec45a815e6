import { topicMap } from '@kedge/shared/protocol/topic-map'
import { Exclusive } from '@kedge/shared/util/exclusive'
import type { DeviceMessages } from '../devices/device-door.js'
import type { BrokerMetrics } from './broker.js'
import type { Uplink } from './device-rules.js'

/** Hands what devices say to the features, each device's messages one after another. */
export class DeviceInbox {
  readonly #messages: DeviceMessages
  readonly #metrics: BrokerMetrics
  readonly #lines = new Map<string, { line: Exclusive; waiting: number }>()

  constructor(messages: DeviceMessages, metrics: BrokerMetrics) {
    this.#messages = messages
    this.#metrics = metrics
  }

  /**
   * Resolves when the features have taken the message, or when no schema accepts it.
   * Rejects with what they throw.
   */
  async take(uplink: Uplink): Promise<void> {
    this.#metrics.received(uplink.topic.kind, uplink.payload.length)
    const deliver = this.#read(uplink)
    if (!deliver) return
    const { device } = uplink
    const entry = this.#lines.get(device) ?? { line: new Exclusive(), waiting: 0 }
    this.#lines.set(device, entry)
    entry.waiting += 1
    try {
      await entry.line.run(deliver)
    } finally {
      entry.waiting -= 1
      if (entry.waiting === 0) this.#lines.delete(device)
    }
  }

  /** Resolves when all that was taken has been dealt with. */
  async idle(): Promise<void> {
    await Promise.all([...this.#lines.values()].map(({ line }) => line.idle()))
  }

  #read({ device, topic, payload }: Uplink): (() => Promise<void>) | undefined {
    try {
      switch (topic.kind) {
        case 'presence': {
          const presence = topicMap.presence.codec.decode(payload)
          return () => this.#messages.presence(device, presence)
        }
        case 'reported': {
          const reported = topicMap.reported.codec.decode(payload)
          return () => this.#messages.reported(device, reported)
        }
        case 'ask': {
          const question = topicMap.ask.codec.decode(payload)
          return () => this.#messages.ask(device, question)
        }
        case 'telemetry': {
          const batch = topicMap.telemetry.codec.decode(payload)
          return () => this.#messages.telemetry(device, batch)
        }
      }
    } catch (error) {
      this.#messages.malformed(device, topic.path, error)
      return undefined
    }
  }
}
