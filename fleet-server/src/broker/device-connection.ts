import { KiB } from '@kedge/shared/util/units'
import type { Client, Subscription } from 'aedes'
import type { BlobSender } from './blob-sender.js'
import type { DeviceSubscription } from './device-rules.js'

/** Windows of devices are 128 chunks, and two models may be on their way. */
export const subscriptionLimit = 512
/** What may lie unread for one device, beside chunks: desired states and acknowledgements. */
const backlogLimit = KiB(512)
const refusedQos = 128

/** A device that has shown who it is, and what it listens to. */
export class DeviceConnection {
  readonly device: string
  readonly client: Client
  readonly #blobs: BlobSender
  /** By topic: what was asked for, with the quality once it is granted. */
  readonly #subscriptions = new Map<string, { readonly sha256: string | undefined; qos?: 0 | 1 }>()

  #refused = 0

  constructor(client: Client, blobs: BlobSender) {
    this.device = client.id
    this.client = client
    this.#blobs = blobs
  }

  /** Whether it reads so slowly that nothing more is to be kept for it. */
  get isStalled(): boolean {
    return this.client.conn.writableLength > backlogLimit
  }

  /** Makes room for a subscription about to be granted. @returns false where there is none */
  reserve({ path, sha256 }: DeviceSubscription): boolean {
    if (this.#subscriptions.has(path)) return true
    if (this.#subscriptions.size >= subscriptionLimit) return false
    this.#subscriptions.set(path, { sha256 })
    return true
  }

  /** Counts a subscription that was refused. @returns how many were */
  countRefused(): number {
    return (this.#refused += 1)
  }

  subscribed(granted: readonly Subscription[]): void {
    const hashes: string[] = []
    for (const { topic, qos } of granted) {
      const subscription = this.#subscriptions.get(topic)
      if (!subscription || (qos as number) === refusedQos) continue
      subscription.qos = qos === 0 ? 0 : 1
      if (subscription.sha256 !== undefined) hashes.push(subscription.sha256)
    }
    if (hashes.length > 0) this.#blobs.request(hashes)
  }

  unsubscribed(paths: readonly string[]): void {
    for (const path of paths) {
      const subscription = this.#subscriptions.get(path)
      if (!subscription) continue
      this.#subscriptions.delete(path)
      if (subscription.sha256 !== undefined) this.#blobs.cancel(subscription.sha256)
    }
  }

  /** Writes a message if the device listens to its topic. @returns whether it does */
  deliver(path: string, payload: Buffer): boolean {
    const qos = this.#subscriptions.get(path)?.qos
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
