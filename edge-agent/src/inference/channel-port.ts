import { Exclusive } from '@kedge/shared/util/exclusive'
import type { MessagePort } from '@kedge/shared/device/runner/message-port'
import { isPiece, LargeBytes, splitLargeBytes, type Piece } from './large-bytes.js'

/** Node's channel between a process and its child, as both ends have it. */
export interface Channel {
  readonly connected: boolean
  send(message: unknown, done: (error: Error | null) => void): unknown
  on(event: 'message', listener: (message: unknown) => void): unknown
}

/** How the other side's end is told: the two ends learn of it in different ways. */
export type WatchClose = (listener: (reason: string) => void) => void

/** The channel as the port that the core's two halves of a runner talk over. */
export class ChannelPort implements MessagePort {
  readonly onClose: WatchClose
  readonly #channel: Channel
  readonly #arriving = new LargeBytes()
  /** Messages behind large bytes wait for them, so that order is kept. */
  readonly #sending = new Exclusive()
  #queued = 0
  #nextBytes = 1

  constructor(channel: Channel, onClose: WatchClose) {
    this.#channel = channel
    this.onClose = onClose
  }

  // Bytes are copied into the channel in any case, so there is nothing to transfer.
  post(message: unknown): void {
    const split = splitLargeBytes(message, () => this.#nextBytes++)
    if (split.pieces.length === 0 && this.#queued === 0) {
      void this.#send(split.message)
      return
    }
    this.#queued += 1
    void this.#sending.run(async () => {
      await this.#sendPieces(split.pieces)
      await this.#send(split.message)
      this.#queued -= 1
    })
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#channel.on('message', (message) => {
      if (isPiece(message)) this.#arriving.add(message)
      else listener(this.#arriving.restore(message))
    })
  }

  /** One at a time: the event loop turns while the channel takes each. */
  async #sendPieces(pieces: readonly Piece[]): Promise<void> {
    for (const piece of pieces) await this.#send(piece)
  }

  /** A message that cannot be sent has no receiver any more; `onClose` says so. */
  #send(message: unknown): Promise<void> {
    return new Promise((resolve) => {
      if (this.#channel.connected) this.#channel.send(message, () => resolve())
      else resolve()
    })
  }
}
