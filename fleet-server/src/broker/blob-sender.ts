import type { Duplex } from 'node:stream'
import { KiB } from '@kedge/shared/util/units'
import type { BlobPacket, BlobPackets } from './blob-packets.js'

export interface BlobSenderEvents {
  /** A chunk of `bytes` was handed to the connection. */
  sent(bytes: number): void
  failed(sha256: string, error: unknown): void
}

/** Chunks read for one connection before its socket takes them: the disk is slower than memory. */
const readAhead = 8
/** Beyond so many bytes a socket gets no more chunks until it has passed those on. */
const writeAtOnce = KiB(256)

/**
 * Answers one connection's subscriptions to chunks at the pace at which the reader takes them. A
 * reader that stalls costs its list of hashes and the few packets, shared with all others, that its
 * socket has not yet taken.
 *
 * What the store does not have is not sent; whoever stores it later announces it.
 */
export class BlobSender {
  readonly #connection: Duplex
  readonly #packets: BlobPackets
  readonly #events: BlobSenderEvents
  /** All that was asked for and neither sent nor cancelled. */
  readonly #wanted = new Set<string>()
  /** Those of them that nobody has begun to read. */
  readonly #queue = new Set<string>()
  readonly #ready: [sha256: string, packet: BlobPacket][] = []
  #reading = 0

  constructor(connection: Duplex, packets: BlobPackets, events: BlobSenderEvents) {
    this.#connection = connection
    this.#packets = packets
    this.#events = events
    connection.on('drain', () => this.#pump())
  }

  request(hashes: Iterable<string>): void {
    for (const sha256 of hashes) {
      this.#wanted.add(sha256)
      this.#queue.add(sha256)
    }
    this.#pump()
  }

  cancel(sha256: string): void {
    this.#wanted.delete(sha256)
    this.#queue.delete(sha256)
  }

  #pump(): void {
    do {
      this.#read()
      this.#write()
    } while (this.#canRead() && this.#canWrite())
  }

  #canRead(): boolean {
    return this.#queue.size > 0 && this.#ready.length + this.#reading < readAhead
  }

  #canWrite(): boolean {
    return this.#connection.writable && !this.#connection.writableNeedDrain
  }

  #read(): void {
    for (const sha256 of this.#queue) {
      if (!this.#canRead() || this.#connection.destroyed) return
      this.#queue.delete(sha256)
      const packet = this.#packets.cached(sha256)
      if (packet) this.#ready.push([sha256, packet])
      else void this.#load(sha256)
    }
  }

  /** Hands what is ready to the socket in one system call, up to what it may hold. */
  #write(): void {
    if (!this.#canWrite()) return
    this.#connection.cork()
    while (this.#connection.writableLength < writeAtOnce) {
      const next = this.#ready.shift()
      if (!next) break
      const [sha256, { head, payload }] = next
      // Cancelled while it was read.
      if (!this.#wanted.delete(sha256)) continue
      this.#connection.write(head)
      this.#connection.write(payload)
      this.#events.sent(payload.length)
    }
    this.#connection.uncork()
  }

  async #load(sha256: string): Promise<void> {
    this.#reading += 1
    try {
      const packet = await this.#packets.load(sha256)
      if (packet) this.#ready.push([sha256, packet])
      else this.#wanted.delete(sha256)
    } catch (error) {
      this.#wanted.delete(sha256)
      this.#events.failed(sha256, error)
    } finally {
      this.#reading -= 1
      this.#pump()
    }
  }
}
