import type { Duplex } from 'node:stream'
import type { BlobPackets } from './blob-packets.js'

export interface BlobSenderEvents {
  /** A packet of `bytes` was handed to the connection. */
  sent(bytes: number): void
  /** The store has no such chunk: whoever announces it later is to ask again. */
  missing(sha256: string): void
  failed(sha256: string, error: unknown): void
}

/**
 * Answers one connection's subscriptions to chunks, in the order they came and at the pace at which
 * the reader takes them: a reader that stalls costs its list of hashes and the one packet, shared
 * with all others, that its socket has not yet taken.
 */
export class BlobSender {
  readonly #connection: Duplex
  readonly #packets: BlobPackets
  readonly #events: BlobSenderEvents
  readonly #wanted = new Set<string>()
  #loading = false

  constructor(connection: Duplex, packets: BlobPackets, events: BlobSenderEvents) {
    this.#connection = connection
    this.#packets = packets
    this.#events = events
    connection.on('drain', () => this.#pump())
  }

  request(hashes: Iterable<string>): void {
    for (const sha256 of hashes) this.#wanted.add(sha256)
    this.#pump()
  }

  cancel(sha256: string): void {
    this.#wanted.delete(sha256)
  }

  #pump(): void {
    const { destroyed, writable } = this.#connection
    if (destroyed || !writable) return
    while (!this.#loading && !this.#connection.writableNeedDrain) {
      const [next] = this.#wanted
      if (next === undefined) return
      const packet = this.#packets.cached(next)
      if (packet) this.#send(next, packet)
      else this.#load(next)
    }
    this.#readAhead()
  }

  #send(sha256: string, packet: Buffer): void {
    // Cancelled while it was read.
    if (!this.#wanted.delete(sha256)) return
    this.#connection.write(packet)
    this.#events.sent(packet.length)
  }

  #load(sha256: string): void {
    this.#loading = true
    this.#packets
      .load(sha256)
      .then(
        (packet) => {
          if (packet) this.#send(sha256, packet)
          else if (this.#wanted.delete(sha256)) this.#events.missing(sha256)
        },
        (error: unknown) => {
          this.#wanted.delete(sha256)
          this.#events.failed(sha256, error)
        },
      )
      .finally(() => {
        this.#loading = false
        this.#pump()
      })
  }

  /** While the socket is busy with one chunk, the disk can already bring the next. */
  #readAhead(): void {
    if (this.#loading) return
    const [next] = this.#wanted
    if (next === undefined || this.#packets.cached(next)) return
    // Its failure is met when the chunk's turn comes.
    this.#packets.load(next).catch(() => undefined)
  }
}
