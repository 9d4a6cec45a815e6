import { systemClock, type Clock } from '@kedge/shared/util/clock'

/**
 * A clock for reconnecting: its sleep ends early when the network comes back or the page is looked at
 * again, so that nobody watches a page that waits out a pause of minutes.
 */
export const wakefulClock: Clock = {
  ...systemClock,
  async sleep(duration, signal) {
    const woken = new AbortController()
    const wake = () => {
      if (document.visibilityState === 'visible') woken.abort()
    }
    const either = signal ? AbortSignal.any([signal, woken.signal]) : woken.signal
    addEventListener('online', wake)
    document.addEventListener('visibilitychange', wake)
    try {
      await systemClock.sleep(duration, either)
    } catch (error) {
      if (!woken.signal.aborted) throw error
    } finally {
      removeEventListener('online', wake)
      document.removeEventListener('visibilitychange', wake)
    }
  },
}
