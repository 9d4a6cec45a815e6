import { Hono } from 'hono'
import type { ServerContext } from '../context.js'

/** Whether what the server leans on answers. */
export interface Readiness {
  readonly checks: Readonly<Record<string, () => Promise<boolean>>>
}

export const healthRoutes = (
  { devices, metrics }: Pick<ServerContext, 'devices' | 'metrics'>,
  readiness: Readiness,
) =>
  new Hono()
    .get('/healthz', (c) => c.json({ status: 'ok' }))
    .get('/readyz', async (c) => {
      const entries = Object.entries(readiness.checks)
      const results = await Promise.all(
        entries.map(async ([name, check]) => [name, await check().catch(() => false)] as const),
      )
      const isReady = results.every(([, holds]) => holds)
      return c.json(
        { status: isReady ? 'ready' : 'not ready', checks: Object.fromEntries(results) },
        isReady ? 200 : 503,
      )
    })
    .get('/metrics', async (c) => {
      const { devices: all, online } = await devices.counts()
      metrics.devices.set({ presence: 'online' }, online)
      metrics.devices.set({ presence: 'offline' }, all - online)
      return c.body(await metrics.registry.metrics(), 200, {
        'Content-Type': metrics.registry.contentType,
      })
    })
