import type { Clock } from '@kedge/shared/util/clock'
import { Ms } from '@kedge/shared/util/units'

interface Sleeper {
  readonly firesAt: number
  readonly wake: () => void
}

/** A timer counts from when the turn it was set in began: it may fire before its time by that much. */
const earliest = 3
/** What sleeps for what is left then sleeps on. */
const shortest = 10

/** Time that passes only when a test says so. */
export class ManualClock implements Clock {
  #now: number
  /** How far the time of day is off. */
  #error = 0
  readonly #start: number
  readonly #sleepers = new Set<Sleeper>()
  /** Every duration that was slept, or is being. */
  readonly slept: number[] = []

  constructor(start = 1_700_000_000_000) {
    this.#now = start
    this.#start = start
  }

  now(): Ms {
    // In whole milliseconds, as a system's clock.
    return Ms(Math.floor(this.#now + this.#error))
  }

  /** Sets the clock, as a person or a bad battery does; durations do not notice. */
  set(time: number): void {
    this.#error = time - this.#now
  }

  monotonic(): Ms {
    return Ms(this.#now - this.#start)
  }

  /** How many sleep now: what is left over here has leaked. */
  get sleeping(): number {
    return this.#sleepers.size
  }

  sleep(duration: Ms, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error)
      const onAbort = () => {
        this.#sleepers.delete(sleeper)
        reject(signal?.reason as Error)
      }
      const wake = () => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      }
      const firesAt = this.#now + duration - (duration < shortest ? 0 : earliest)
      const sleeper = { firesAt, wake }
      this.#sleepers.add(sleeper)
      this.slept.push(duration)
      signal?.addEventListener('abort', onAbort, { once: true })
    })
  }

  /** Lets time pass, waking sleepers one by one in their order. */
  async advance(duration: number): Promise<void> {
    const end = this.#now + duration
    for (;;) {
      await settle()
      const next = [...this.#sleepers].sort((a, b) => a.firesAt - b.firesAt)[0]
      if (!next || next.firesAt > end) break
      this.#now = Math.max(this.#now, next.firesAt)
      this.#sleepers.delete(next)
      next.wake()
    }
    this.#now = end
    await settle()
  }
}

/** Lets everything that is ready run: promises, and replies of in-process libraries. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}
