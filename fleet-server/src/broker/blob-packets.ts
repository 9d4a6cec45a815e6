import { topics } from '@kedge/shared/protocol/topics'
import type { Bytes } from '@kedge/shared/util/units'
import { generate } from 'mqtt-packet'
import type { RetainedSource } from '../devices/device-door.js'

/** How many chunks that were read once are remembered by name. */
const remembered = 512

/** A PUBLISH packet in two parts, so that a chunk is written from the bytes that were read. */
export interface BlobPacket {
  /** Fixed header and topic. */
  readonly head: Buffer
  readonly payload: Uint8Array
}

/**
 * The PUBLISH packet of a chunk is the same for whoever asks, so it is made once and shared: a
 * fleet that fetches one model reads each chunk from disk twice, while the cache holds it.
 *
 * Packets are QoS 0 whatever the subscription asked for: the quality of a delivery is the lower of
 * the subscription's and the message's [MQTT-3.8.4-6], and the store holds every chunk at QoS 0.
 * A device checks each chunk's hash and asks again for what did not arrive.
 */
export class BlobPackets {
  readonly #source: Pick<RetainedSource, 'blob'>
  readonly #capacity: Bytes
  /** In order of last use. */
  readonly #cache = new Map<string, BlobPacket>()
  readonly #loading = new Map<string, Promise<BlobPacket | undefined>>()
  /** Chunks that were read once of late. */
  readonly #readOnce = new Set<string>()
  #held = 0

  constructor(source: Pick<RetainedSource, 'blob'>, capacity: Bytes) {
    this.#source = source
    this.#capacity = capacity
  }

  /** The packet, if it is in memory. */
  cached(sha256: string): BlobPacket | undefined {
    const packet = this.#cache.get(sha256)
    if (!packet) return undefined
    this.#cache.delete(sha256)
    this.#cache.set(sha256, packet)
    return packet
  }

  /** Reads a chunk, once for all who wait for it. Undefined when there is none. */
  load(sha256: string): Promise<BlobPacket | undefined> {
    const known = this.#loading.get(sha256)
    if (known) return known
    const loading = this.#load(sha256).finally(() => this.#loading.delete(sha256))
    this.#loading.set(sha256, loading)
    return loading
  }

  async #load(sha256: string): Promise<BlobPacket | undefined> {
    const payload = await this.#source.blob(sha256)
    // [MQTT-3.3.1-10]: an empty retained message is none.
    if (!payload || payload.length === 0) return undefined
    const packet = { head: encodeHead(sha256, payload.length), payload }
    if (this.#isShared(sha256)) this.#keep(sha256, packet)
    return packet
  }

  /**
   * Whether a chunk is read for the second time of late. One reader's whole model would push out
   * what a fleet shares, and buffers that are kept for a while cost V8 far more than those that are
   * not.
   */
  #isShared(sha256: string): boolean {
    if (this.#readOnce.delete(sha256)) return true
    this.#readOnce.add(sha256)
    if (this.#readOnce.size <= remembered) return false
    const [oldest] = this.#readOnce
    if (oldest !== undefined) this.#readOnce.delete(oldest)
    return false
  }

  #keep(sha256: string, packet: BlobPacket): void {
    this.#cache.set(sha256, packet)
    this.#held += packet.payload.length
    for (const [oldest, { payload }] of this.#cache) {
      if (this.#held <= this.#capacity) return
      this.#cache.delete(oldest)
      this.#held -= payload.length
    }
  }
}

/** A retained message on a chunk's topic, up to its payload of `length` bytes (MQTT 3.1.1, 3.3). */
function encodeHead(sha256: string, length: number): Buffer {
  const topic = topics.blob(sha256).path
  const empty = generate({
    cmd: 'publish',
    topic,
    payload: '',
    qos: 0,
    retain: true,
    dup: false,
  })
  const digits: number[] = []
  const variableHeader = empty.subarray(2)
  for (let rest = variableHeader.length + length; rest > 0; rest >>>= 7) {
    digits.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
  }
  return Buffer.concat([empty.subarray(0, 1), Buffer.from(digits), variableHeader])
}
