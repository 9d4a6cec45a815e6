import { parseTopic } from '@kedge/shared/protocol/topics'
import { KiB } from '@kedge/shared/util/units'
import type { Client, Subscription } from 'aedes'
import type { BlobSender } from './blob-sender.js'

/** Windows of devices are 8 to 32 chunks. */
export const subscriptionLimit = 512
/** What may lie unread for one device, beside chunks: desired states and acknowledgements. */
const backlogLimit = KiB(512)
const refusedQos = 128

/** A device that has shown who it is, and what it listens to. */
export class DeviceConnection {
  readonly device: string
  readonly client: Client
  readonly #blobs: BlobSender
  readonly #subscriptions = new Map<string, 0 | 1>()
  readonly #reserved = new Set<string>()

  constructor(client: Client, blobs: BlobSender) {
    this.device = client.id
    this.client = client
    this.#blobs = blobs
  }

  /** Makes room for a subscription that is about to be granted. @returns false where there is none */
  reserve(path: string): boolean {
    if (this.#reserved.size >= subscriptionLimit && !this.#reserved.has(path)) return false
    this.#reserved.add(path)
    return true
  }

  /** Whether it reads so slowly that nothing more is to be kept for it. */
  get isStalled(): boolean {
    return this.client.conn.writableLength > backlogLimit
  }

  subscribed(granted: readonly Subscription[]): void {
    const hashes: string[] = []
    for (const { topic, qos } of granted) {
      if ((qos as number) === refusedQos) continue
      this.#subscriptions.set(topic, qos === 0 ? 0 : 1)
      const parsed = parseTopic(topic)
      if ('sha256' in parsed) hashes.push(parsed.sha256)
    }
    if (hashes.length > 0) this.#blobs.request(hashes)
  }

  unsubscribed(paths: readonly string[]): void {
    for (const path of paths) {
      this.#reserved.delete(path)
      if (!this.#subscriptions.delete(path)) continue
      const parsed = parseTopic(path)
      if ('sha256' in parsed) this.#blobs.cancel(parsed.sha256)
    }
  }

  /** Writes a message if the device listens to its topic. @returns whether it does */
  deliver(path: string, payload: Buffer): boolean {
    const qos = this.#subscriptions.get(path)
    if (qos === undefined) return false
    const message = { cmd: 'publish', topic: path, payload, qos } as const
    // [MQTT-3.3.1-9]: RETAIN is 0 for who already listened when the message was published.
    this.client.publish({ ...message, dup: false, retain: false }, () => undefined)
    return true
  }

  /** Sends a chunk that has come into the store after the device asked for it. */
  announce(sha256: string): void {
    this.#blobs.request([sha256])
  }

  listensTo(path: string): boolean {
    return this.#subscriptions.has(path)
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.client.close(resolve))
  }
}
