import { Hono } from 'hono'
import { validator } from 'hono-openapi'
import { z } from 'zod'
import { modelNameSchema } from '@kedge/shared/util/scalars'
import type { ServerContext } from '../context.js'
import { readSeries } from '../telemetry/read-series.js'
import { readStats } from '../telemetry/read-stats.js'
import { seriesSchema, statsSchema } from '../telemetry/series.js'
import { describe, refuseInvalid } from './describe.js'

const tag = 'Telemetry'
const one = z.object({ name: modelNameSchema })
const time = z.coerce.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)
const seriesQuery = z.object({
  from: time.optional(),
  to: time.optional(),
  step: time.optional(),
  device: z.string().max(64).optional(),
  select: z.string().max(1_000).default(''),
})

export const telemetryRoutes = (context: ServerContext) =>
  new Hono()
    .get(
      '/models/:name/series',
      describe({
        tag,
        summary: 'Latency, errors and accuracy of each version over time',
        action: 'telemetry.read',
        answer: seriesSchema,
      }),
      validator('param', one, refuseInvalid),
      validator('query', seriesQuery, refuseInvalid),
      async (c) => {
        const { name } = c.req.valid('param')
        return c.json(await readSeries(context, { model: name, ...c.req.valid('query') }))
      },
    )
    .get(
      '/models/:name/stats',
      describe({
        tag,
        summary: 'What each version has done so far',
        action: 'telemetry.read',
        answer: statsSchema,
      }),
      validator('param', one, refuseInvalid),
      async (c) => c.json(await readStats(context, c.req.valid('param').name)),
    )
