import type { Duplex } from 'node:stream'
import { KiB, type Bytes } from '@kedge/shared/util/units'
import { RefusalError } from './refusal.js'

/** Until the broker knows who speaks, a packet is no longer than a CONNECT with its token needs. */
export const strangerLimit = KiB(4)
/** The largest PUBLISH a device sends is 128 KiB of telemetry. */
export const deviceLimit = KiB(256)

const types = { connect: 1, publish: 3 } as const
/** CONNECT, PUBLISH, PUBACK, SUBSCRIBE, UNSUBSCRIBE, PINGREQ, DISCONNECT; no part of QoS 2. */
const fromClients = new Set([1, 3, 4, 8, 10, 12, 14])

/**
 * Follows the fixed headers of a byte stream (MQTT 3.1.1, 2.2) and throws before a packet that is
 * too long or of the wrong kind reaches the parser, which has no limits of its own: it would keep
 * up to 256 MiB of a packet that never ends.
 */
export class PacketGuard {
  #limit: Bytes = strangerLimit
  #first = true
  /** Bytes of the current packet's body that are still to come. */
  #body = 0
  /** Length so far, and the value of its next digit; undefined outside a length. */
  #length: { value: number; digit: number } | undefined

  /** The connection is known: longer packets may come. */
  trust(): void {
    this.#limit = deviceLimit
  }

  /** @throws RefusalError `packet-type`, `packet-size`, `malformed` */
  check(bytes: Uint8Array): void {
    let at = 0
    while (at < bytes.length) {
      if (this.#body > 0) {
        const step = Math.min(this.#body, bytes.length - at)
        this.#body -= step
        at += step
      } else {
        this.#readHeader(bytes[at] as number)
        at += 1
      }
    }
  }

  #readHeader(byte: number): void {
    if (!this.#length) {
      this.#checkType(byte)
      this.#length = { value: 0, digit: 1 }
      return
    }
    const length = this.#length
    length.value += (byte & 0x7f) * length.digit
    if (length.value > this.#limit) {
      throw new RefusalError('packet-size', `a packet of more than ${this.#limit} bytes`)
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

  #checkType(byte: number): void {
    const type = byte >> 4
    // [MQTT-3.1.0-1] and [MQTT-3.1.0-2]: CONNECT comes first, and once.
    if ((type === types.connect) !== this.#first) {
      throw new RefusalError('packet-type', `packet type ${type} where it may not come`)
    }
    this.#first = false
    if (!fromClients.has(type) || (type === types.publish && (byte & 0b100) !== 0)) {
      throw new RefusalError('packet-type', `packet type ${type} with flags ${byte & 0xf}`)
    }
  }
}

/**
 * Puts a guard where aedes pulls its bytes, so that what it writes takes no extra hop.
 * A violation destroys the connection with the error that says why.
 */
export function guardReads(connection: Duplex, guard: PacketGuard): void {
  const read = connection.read.bind(connection)
  connection.read = (size?: number) => {
    const bytes = read(size) as Buffer | null
    if (bytes === null) return null
    try {
      guard.check(bytes)
      return bytes
    } catch (error) {
      connection.destroy(error as RefusalError)
      return null
    }
  }
}
