import { Ms } from './units.js'

/** Time as an argument: tests hand in their own. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): Ms
  /** Milliseconds from an arbitrary start that never goes back; for durations. */
  monotonic(): Ms
  /** Resolves after `duration`; rejects with the signal's reason when it aborts first. */
  sleep(duration: Ms, signal?: AbortSignal): Promise<void>
}

// In Node the global is a getter; it is on the path of every inference.
const timer = performance

export const systemClock: Clock = {
  now: () => Ms(Date.now()),
  monotonic: () => Ms(timer.now()),
  sleep: (duration, signal) =>
    new Promise((resolve, reject) => {
      const fail = () => {
        const reason = signal?.reason as Error
        reject(reason)
      }
      if (signal?.aborted) return fail()
      const onAbort = () => {
        clearTimeout(timer)
        fail()
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      }, duration)
      signal?.addEventListener('abort', onAbort, { once: true })
    }),
}
