import { KiB, type Bytes } from '@kedge/shared/util/units'
import { RefusalError } from './refusal.js'

/** Until the broker knows who speaks, a packet is no longer than a CONNECT with its token needs. */
export const strangerLimit = KiB(4)
/** The largest PUBLISH a device sends is 128 KiB of telemetry. */
export const deviceLimit = KiB(256)

const connect = 1
const publish = 3
/** What clients send (MQTT 3.1.1, 2.2.1), without QoS 2, and the longest body that each may have. */
const longest = new Map<number, number>([
  [connect, strangerLimit],
  [publish, deviceLimit],
  [4, 2], // PUBACK
  [8, KiB(64)], // SUBSCRIBE: a window of chunks is 10 KiB
  [10, KiB(64)], // UNSUBSCRIBE
  [12, 0], // PINGREQ
  [14, 0], // DISCONNECT
])

/** What a guard has seen go by. */
export interface Passed {
  readonly bytes: number
  readonly packets: number
  /** Those of the packets that are PUBLISH. */
  readonly messages: number
}

/**
 * Follows the fixed headers of a byte stream (MQTT 3.1.1, 2.2) and throws before a packet that is
 * too long or of the wrong kind reaches the parser, which has no limits of its own: it would keep
 * up to 256 MiB of a packet that never ends.
 */
export class PacketGuard {
  #trusted = false
  #type = 0
  /** Bytes of the current packet's body that are still to come. */
  #body = 0
  /** Length so far, and the value of its next digit; undefined outside a length. */
  #length: { value: number; digit: number } | undefined

  /** The connection is known: longer packets may come. */
  trust(): void {
    this.#trusted = true
  }

  /** Whether a packet has begun and not ended. */
  get isInside(): boolean {
    return this.#body > 0 || this.#length !== undefined
  }

  /** @throws RefusalError `packet-type`, `packet-size`, `malformed` */
  check(bytes: Uint8Array): Passed {
    let at = 0
    let packets = 0
    let messages = 0
    while (at < bytes.length) {
      if (this.#body > 0) {
        const step = Math.min(this.#body, bytes.length - at)
        this.#body -= step
        at += step
        continue
      }
      if (!this.#length) {
        packets += 1
        if ((bytes[at] as number) >> 4 === publish) messages += 1
      }
      this.#readHeader(bytes[at] as number)
      at += 1
    }
    return { bytes: bytes.length, packets, messages }
  }

  #readHeader(byte: number): void {
    if (!this.#length) {
      this.#checkType(byte)
      this.#length = { value: 0, digit: 1 }
      return
    }
    const length = this.#length
    length.value += (byte & 0x7f) * length.digit
    const allowed = this.#allowed
    if (length.value > allowed) {
      throw new RefusalError('packet-size', `a packet of more than ${allowed} bytes`)
    }
    if (byte & 0x80) {
      length.digit *= 128
      // [MQTT-2.2.3]: at most four digits.
      if (length.digit > 128 ** 3) throw new RefusalError('malformed', 'a length without end')
      return
    }
    this.#body = length.value
    this.#length = undefined
  }

  get #allowed(): Bytes {
    const allowed = (longest.get(this.#type) ?? 0) as Bytes
    return this.#trusted || allowed < strangerLimit ? allowed : strangerLimit
  }

  #checkType(byte: number): void {
    const type = byte >> 4
    // [MQTT-3.1.0-1] and [MQTT-3.1.0-2]: CONNECT comes first, and once.
    if ((type === connect) !== (this.#type === 0)) {
      throw new RefusalError('packet-type', `packet type ${type} where it may not come`)
    }
    if (!longest.has(type) || (type === publish && (byte & 0b100) !== 0)) {
      throw new RefusalError('packet-type', `packet type ${type} with flags ${byte & 0xf}`)
    }
    this.#type = type
  }
}
