import { Hono } from 'hono'
import { z } from 'zod'
import { countSchema, timestampSchema } from '@kedge/shared/util/scalars'
import type { ServerContext } from '../context.js'
import { describe } from './describe.js'
import { originOf } from './origin.js'

const serverSchema = z.object({
  version: z.string(),
  fleet: z.string(),
  startedAt: timestampSchema,
  /** Where agents connect. */
  brokerUrl: z.string(),
  counts: z.object({
    devices: countSchema,
    online: countSchema,
    models: countSchema,
    rollouts: countSchema,
  }),
  /** Messages and requests that could not be read or were not allowed, since the start. */
  refused: z.object({
    mqtt: countSchema,
    http: countSchema,
    /** What the broker has refused, by reason; only with a broker of the server's own. */
    mqttByReason: z.record(z.string(), countSchema),
  }),
})

export const serverRoutes = (context: ServerContext) =>
  new Hono().get(
    '/server',
    describe({
      tag: 'Server',
      summary: 'This server and its fleet',
      action: 'fleet.read',
      answer: serverSchema,
    }),
    async (c) => {
      const [devices, models, rollouts, refused] = await Promise.all([
        context.devices.counts(),
        context.releases.modelCount(),
        context.rollouts.count(),
        context.metrics.refused(),
      ])
      return c.json({
        version: context.config.version,
        fleet: context.trust.id,
        startedAt: context.startedAt,
        brokerUrl: context.brokerUrlFor('agent', originOf(c, context.config)),
        counts: { ...devices, models, rollouts },
        refused,
      })
    },
  )
