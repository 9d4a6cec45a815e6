import { systemClock, type Clock } from '@kedge/shared/util/clock'
import { Ms } from '@kedge/shared/util/units'

/** The time of this machine, and what a test lets pass on top of it: for whole servers, which also sleep. */
export class ShiftedClock implements Clock {
  #ahead = 0

  /** Lets time pass at once. Whoever sleeps does not notice. */
  advance(duration: number): void {
    this.#ahead += duration
  }

  now(): Ms {
    return Ms(systemClock.now() + this.#ahead)
  }

  monotonic(): Ms {
    return Ms(systemClock.monotonic() + this.#ahead)
  }

  sleep(duration: Ms, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(duration, signal)
  }
}
