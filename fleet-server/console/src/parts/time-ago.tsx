import { useSyncExternalStore } from 'react'
import { formatAgo, formatExact, formatSpan } from './format.js'

// One clock for the page: every relative time changes in the same frame.
const listeners = new Set<() => void>()
let now = Date.now()
setInterval(() => {
  now = Date.now()
  listeners.forEach((listener) => listener())
}, 5_000)

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Milliseconds since the epoch, fresh every five seconds. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => now)

/** A time as people say it, with the exact one on hover. */
export function TimeAgo({ at }: { at: number }) {
  // A document can be newer than the last tick.
  const moment = Math.max(useNow(), Math.min(at, Date.now()))
  return (
    <time dateTime={new Date(at).toISOString()} title={formatExact(at)}>
      {formatAgo(at, moment)}
    </time>
  )
}

/** How long something has been so: `4 min`. */
export function SpanSince({ at }: { at: number }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={`since ${formatExact(at)}`}>
      {formatSpan(Math.max(0, useNow() - at))}
    </time>
  )
}
