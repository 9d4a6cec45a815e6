import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { isStillIn } from '../accounts/sessions.js'
import type { ServerContext } from '../context.js'
import { describe } from './describe.js'
import { actorOf } from './visitor.js'

/** Changes within this many ms go out together, each once: a busy fleet must not flood a page. */
const gatherMs = 250
/** Proxies close what is silent for a minute. */
const heartbeatMs = 25_000
/** How long a stream may outlive the session or token that opened it. */
const recheckMs = 5_000

export const eventRoutes = (
  context: Pick<ServerContext, 'accounts' | 'events' | 'clock'>,
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
          const actor = actorOf(c)
          let sentAt = context.clock.monotonic()
          let checkedAt = sentAt
          while (!stream.aborted && !stopped.aborted) {
            const gathered = [...waiting.values()]
            waiting.clear()
            for (const change of gathered) await stream.writeSSE(change)
            const now = context.clock.monotonic()
            if (now - checkedAt > recheckMs) {
              if (!(await isStillIn(context, actor))) break
              checkedAt = now
            }
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
