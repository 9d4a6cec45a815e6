import type { Clock } from './clock.js'
import type { Ms } from './units.js'

export interface Deadline {
  readonly clock: Clock
  readonly within: Ms
  readonly signal?: AbortSignal | undefined
  /** What to throw when the time is over. */
  readonly error: () => Error
}

/** `work`, unless it takes longer than the deadline or the signal aborts first. */
export async function withDeadline<T>(work: Promise<T>, deadline: Deadline): Promise<T> {
  const over = new AbortController()
  const signal = deadline.signal ? AbortSignal.any([deadline.signal, over.signal]) : over.signal
  const expiry = deadline.clock.sleep(deadline.within, signal).then(() => {
    throw deadline.error()
  })
  try {
    return await Promise.race([work, expiry])
  } finally {
    over.abort(new Error('no longer needed'))
    // Whichever of the two lost the race may still reject.
    expiry.catch(() => undefined)
    work.catch(() => undefined)
  }
}
