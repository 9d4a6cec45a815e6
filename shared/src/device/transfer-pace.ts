import type { ChunkRef } from '../delivery/chunk-index.js'
import type { Clock } from '../util/clock.js'
import { KiB, Ms, Seconds, type Bytes } from '../util/units.js'

/** What is slower than this, measured over a window, counts as an attack (slow retrieval). */
const leastBytesPerSecond = KiB(1)
const shortestWindow = Seconds(60)
/** Arrivals closer together than this are kept as one, so that a fast transfer keeps few. */
const grain = Seconds(1)

interface Arrival {
  readonly at: number
  bytes: number
}

/** How fast the right bytes of a transfer come in, over the last minute. */
export class TransferPace {
  /** As long as the largest chunk takes at the least rate: only whole chunks are seen to arrive. */
  readonly window: Ms
  readonly #clock: Clock
  readonly #begun: number
  #arrivals: Arrival[] = []

  constructor(clock: Clock, chunks: readonly ChunkRef[]) {
    this.#clock = clock
    this.#begun = clock.monotonic()
    const largest = chunks.reduce((most, { length }) => Math.max(most, length), 0)
    this.window = Ms(Math.max(shortestWindow, Seconds(largest / leastBytesPerSecond)))
  }

  arrived(bytes: number): void {
    const at = this.#clock.monotonic()
    const last = this.#arrivals.at(-1)
    if (last !== undefined && at - last.at < grain) last.bytes += bytes
    else this.#arrivals.push({ at, bytes })
    this.#forget(at)
  }

  /** Bytes that came within the last window. */
  get received(): Bytes {
    this.#forget(this.#clock.monotonic())
    return this.#arrivals.reduce((sum, { bytes }) => sum + bytes, 0) as Bytes
  }

  /** Whether something still came in the second half of the window. */
  get isTrickling(): boolean {
    const last = this.#arrivals.at(-1)
    return last !== undefined && last.at > this.#clock.monotonic() - this.window / 2
  }

  /** How long until it is too slow if nothing more arrives; 0 when it is. */
  get left(): Ms {
    let bytes: number = this.received
    let tooSlowAt = this.#begun + this.window
    for (const arrival of this.#arrivals) {
      if (bytes < this.#least) break
      bytes -= arrival.bytes
      tooSlowAt = Math.max(tooSlowAt, arrival.at + this.window)
    }
    return Ms(Math.max(0, tooSlowAt - this.#clock.monotonic()))
  }

  get #least(): number {
    return (this.window / 1_000) * leastBytesPerSecond
  }

  #forget(now: number): void {
    const kept = this.#arrivals.findIndex(({ at }) => at > now - this.window)
    if (kept !== 0) this.#arrivals.splice(0, kept === -1 ? this.#arrivals.length : kept)
  }
}
