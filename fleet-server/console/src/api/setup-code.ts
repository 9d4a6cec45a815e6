import { useSyncExternalStore } from 'react'

const listeners = new Set<() => void>()
let code: string | undefined

/** The code of a setup link, kept by this page alone; undefined when it is used or given up. */
export function keepSetupCode(given: string | undefined): void {
  code = given
  listeners.forEach((listener) => listener())
}

export const useSetupCode = (): string | undefined =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => code,
  )
