import type { Duplex } from 'node:stream'
import { KiB, Seconds, type Ms } from '@kedge/shared/util/units'
import type { Place } from './connection-gate.js'
import { workOf, type DoorLimits } from './door-limits.js'
import { PacketGuard } from './packet-guard.js'
import { RefusalError } from './refusal.js'
import type { TokenBuckets } from './token-buckets.js'

export interface VisitorParts {
  readonly connection: Duplex
  readonly place: Place
  readonly limits: Pick<DoorLimits, 'floodPatience'>
  readonly work: TokenBuckets
  readonly now: () => Ms
  /** Called when a device must wait before the server reads on. */
  readonly onThrottled: () => void
}

/** A packet may take this long, and a second more for each KiB of its kind. */
const packetTime = Seconds(30)
const slowestKiBs = 1
/** A CONNECT and the frames of a WebSocket around it. */
const strangerBytes = KiB(16)

/**
 * A connection between the network and the broker: its bytes pass a guard where aedes pulls them,
 * so that what it writes takes no extra hop. A violation destroys it with the error that says why.
 */
export class Visitor {
  readonly #parts: VisitorParts
  readonly #guard = new PacketGuard()
  #device: string | undefined
  /** Since when a packet is on its way, and how much of it has come. */
  #packet: { readonly since: Ms; bytes: number } | undefined
  #floodSince: Ms | undefined
  #pause: NodeJS.Timeout | undefined

  constructor(parts: VisitorParts) {
    this.#parts = parts
    const { connection, place } = parts
    const read = connection.read.bind(connection)
    connection.read = (size?: number) => {
      if (this.#pause) return null
      const bytes = read(size) as Buffer | null
      return bytes && this.#pass(bytes)
    }
    connection.once('close', () => {
      clearTimeout(this.#pause)
      place.leave()
    })
  }

  /** Whoever it is has shown to be `device`. */
  admit(device: string): void {
    this.#device = device
    this.#guard.trust()
    this.#parts.place.admitted()
  }

  /** Counts the bytes below the connection too: a WebSocket gathers whole messages before it passes them on. */
  countBelow(socket: Duplex): void {
    let seen = 0
    const count = (bytes: Buffer) => {
      seen += bytes.length
      if (this.#device !== undefined) socket.off('data', count)
      else if (seen > strangerBytes) {
        this.#end(new RefusalError('packet-size', `more than ${strangerBytes} bytes of a stranger`))
      }
    }
    socket.on('data', count)
  }

  /** Ends the connection if a packet takes too long. */
  checkPace(): void {
    if (!this.#packet) return
    const took = this.#parts.now() - this.#packet.since
    const allowed = packetTime + Seconds(this.#packet.bytes / 1024 / slowestKiBs)
    if (took > allowed) this.#end(new RefusalError('slow', `a packet took more than ${took} ms`))
  }

  #pass(bytes: Buffer): Buffer | null {
    try {
      const passed = this.#guard.check(bytes)
      this.#followPacket(passed.packets, bytes.length)
      if (this.#device !== undefined) this.#meter(this.#device, workOf(passed))
      return bytes
    } catch (error) {
      this.#end(error as RefusalError)
      return null
    }
  }

  #followPacket(begun: number, bytes: number): void {
    if (!this.#guard.isInside) this.#packet = undefined
    else if (begun === 0 && this.#packet) this.#packet.bytes += bytes
    else this.#packet = { since: this.#parts.now(), bytes: 0 }
  }

  /** A device that causes too much waits, and one that goes on wanting too much goes. */
  #meter(device: string, work: number): void {
    const { work: buckets, now, limits, onThrottled } = this.#parts
    const wait = buckets.spend(device, work)
    if (wait === 0) {
      this.#floodSince = undefined
      return
    }
    this.#floodSince ??= now()
    if (now() - this.#floodSince > limits.floodPatience) {
      throw new RefusalError('flood', `${device} sends more than it may, and goes on`)
    }
    onThrottled()
    this.#pause = setTimeout(() => {
      this.#pause = undefined
      // What came meanwhile has been announced once already.
      this.#parts.connection.emit('readable')
    }, wait)
  }

  #end(error: RefusalError): void {
    this.#parts.connection.destroy(error)
  }
}
