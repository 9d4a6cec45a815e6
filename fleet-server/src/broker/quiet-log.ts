import { systemClock, type Clock } from '@kedge/shared/util/clock'
import { Seconds } from '@kedge/shared/util/units'
import type { Log } from '../observability/log.js'

const pause = Seconds(1)

/** Warns once a second of each reason, and says how many it kept to itself: strangers choose the rate. */
export class QuietLog {
  readonly #log: Log
  readonly #clock: Clock
  readonly #reasons = new Map<string, { at: number; suppressed: number }>()

  constructor(log: Log, clock: Clock = systemClock) {
    this.#log = log
    this.#clock = clock
  }

  warn(reason: string, facts: Readonly<Record<string, unknown>>, message: string): void {
    const now = this.#clock.monotonic()
    const last = this.#reasons.get(reason)
    if (last && now - last.at < pause) {
      last.suppressed += 1
      return
    }
    this.#reasons.set(reason, { at: now, suppressed: 0 })
    this.#log.warn({ reason, ...facts, ...(last && { suppressed: last.suppressed }) }, message)
  }
}
