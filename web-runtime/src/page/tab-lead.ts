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
  return requestLock(name, { signal }) as Promise<TabLead>
}

/** The lead when no other tab has it, else undefined. */
export const tryLead = (name: string): Promise<TabLead | undefined> =>
  requestLock(name, { ifAvailable: true })

function requestLock(name: string, options: LockOptions): Promise<TabLead | undefined> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(name, options, (lock) => {
        if (lock === null) return resolve(undefined)
        // The lock is held for as long as this promise is open.
        return new Promise<void>((release) => resolve({ release }))
      })
      .catch(reject)
  })
}
