import type { Entropy } from './entropy.js'
import { Ms } from './units.js'

export interface RetryOptions {
  first: Ms
  factor: number
  /** No delay is longer than this, jitter included. */
  cap: Ms
  /** Share of each delay that is random: 0 none, 1 "full jitter" (anything from 0 to the delay). */
  jitter: number
}

/** An endless series of delays. A caller that gives up does so by its own count or signal. */
export function* retrySchedule(options: RetryOptions, entropy: Entropy): Generator<Ms, never> {
  let delay: number = options.first
  for (;;) {
    const limited = Math.min(delay, options.cap)
    yield Ms(limited * (1 - options.jitter * entropy.random()))
    delay = Math.min(delay * options.factor, options.cap)
  }
}
