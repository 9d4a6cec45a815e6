/** Held by the one tab of an origin that speaks for the device. */
export interface TabLead {
  /** Lets another tab take over. */
  release(): void
}

/**
 * Resolves when this tab leads: at once when no other does, else when that one closes or crashes.
 * The browser gives the lock on when its holder is gone, so it cannot be left behind.
 *
 * @throws the signal's reason
 */
export function awaitLead(name: string, signal: AbortSignal): Promise<TabLead> {
  return new Promise((resolve, reject) => {
    navigator.locks
      // The lock is held for as long as this inner promise is open.
      .request(name, { signal }, () => new Promise<void>((release) => resolve({ release })))
      .catch(reject)
  })
}

/** A page that is reloaded takes a moment to let go of what it held before. */
const reloadMs = 300

/** The lead when no other tab has it, else undefined. @throws the signal's reason */
export async function tryLead(name: string, signal: AbortSignal): Promise<TabLead | undefined> {
  try {
    return await awaitLead(name, AbortSignal.any([signal, AbortSignal.timeout(reloadMs)]))
  } catch {
    signal.throwIfAborted()
    return undefined
  }
}
