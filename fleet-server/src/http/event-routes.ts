import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import type { ServerContext } from '../context.js'
import { describe } from './describe.js'

/** Changes within this many ms go out together, each once: a busy fleet must not flood a page. */
const gatherMs = 250
/** Proxies close what is silent for a minute. */
const heartbeatMs = 25_000

export const eventRoutes = (
  context: Pick<ServerContext, 'events' | 'clock'>,
  stopped: AbortSignal,
) =>
  new Hono().get(
    '/events',
    describe({
      tag: 'Events',
      summary: 'Server-sent events: `device`, `model`, `rollout`, `telemetry` with { id }',
      action: 'fleet.read',
    }),
    (c) =>
      streamSSE(c, async (stream) => {
        const waiting = new Map<string, { event: string; data: string }>()
        const unsubscribe = context.events.subscribe(({ event, id }) => {
          waiting.set(`${event} ${id}`, { event, data: JSON.stringify({ id }) })
        })
        stream.onAbort(unsubscribe)
        try {
          await stream.write(': connected\n\n')
          let sentAt = context.clock.monotonic()
          while (!stream.aborted && !stopped.aborted) {
            const gathered = [...waiting.values()]
            waiting.clear()
            for (const change of gathered) await stream.writeSSE(change)
            const now = context.clock.monotonic()
            if (gathered.length === 0 && now - sentAt > heartbeatMs) {
              await stream.write(': here\n\n')
              sentAt = now
            }
            await stream.sleep(gatherMs)
          }
        } finally {
          unsubscribe()
        }
      }),
  )
