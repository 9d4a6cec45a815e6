import type { QueryClient } from '@tanstack/react-query'
import { refreshSession, sessionEnded } from './sign-in.js'

export type LiveState = 'connecting' | 'live' | 'lost'

export interface LiveFeed {
  readonly state: () => LiveState
  readonly subscribe: (listener: () => void) => () => void
  readonly close: () => void
}

/** What each kind of event makes stale, and how long to gather events before asking again. */
const staleAfter: Record<string, { keys: readonly string[]; gatherMs: number }> = {
  device: { keys: ['devices', 'rollouts', 'server'], gatherMs: 400 },
  model: { keys: ['models', 'server', 'publishers'], gatherMs: 400 },
  rollout: { keys: ['rollouts', 'devices', 'models', 'server'], gatherMs: 400 },
  telemetry: { keys: ['series'], gatherMs: 5_000 },
}

/** Retries when the browser itself has given up (an error status ends an EventSource for good). */
const reconnectMs = 3_000

/** Follows the server's events; each makes the queries it concerns stale, many at once. */
export function followEvents(queries: QueryClient): LiveFeed {
  const listeners = new Set<() => void>()
  const pending = new Map<string, ReturnType<typeof setTimeout>>()
  let state: LiveState = 'connecting'
  let source: EventSource | undefined
  let retry: ReturnType<typeof setTimeout> | undefined

  const become = (next: LiveState) => {
    state = next
    listeners.forEach((listener) => listener())
  }

  const gather = (kind: string) => {
    const rule = staleAfter[kind]
    if (rule === undefined || pending.has(kind)) return
    const flush = () => {
      pending.delete(kind)
      for (const key of rule.keys) void queries.invalidateQueries({ queryKey: [key] })
    }
    pending.set(kind, setTimeout(flush, rule.gatherMs))
  }

  const open = () => {
    source = new EventSource('/api/v1/events')
    source.onopen = () => {
      // Whatever happened while nobody listened.
      if (state === 'lost') void queries.invalidateQueries()
      become('live')
    }
    source.onerror = () => {
      become('lost')
      if (source?.readyState !== EventSource.CLOSED) return
      retry = setTimeout(open, reconnectMs)
      // An EventSource does not tell its status: it may be that the session has ended.
      void refreshSession(sessionEnded)
    }
    for (const kind of Object.keys(staleAfter)) source.addEventListener(kind, () => gather(kind))
  }

  open()
  return {
    state: () => state,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: () => {
      clearTimeout(retry)
      pending.forEach((timer) => clearTimeout(timer))
      source?.close()
    },
  }
}
