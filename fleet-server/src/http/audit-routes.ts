import { Hono } from 'hono'
import { validator } from 'hono-openapi'
import { z } from 'zod'
import { auditRecordSchema } from '../audit/audit-record.js'
import { checkpointFileSchema } from '../audit/checkpoint.js'
import type { ServerContext } from '../context.js'
import { describe, listOf, pageQuery, refuseInvalid } from './describe.js'
import { pageOf } from './page-of.js'

const tag = 'Audit'
const auditQuery = pageQuery.extend({
  /** The number of the last row of the page before. */
  cursor: z.coerce.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER).optional(),
  order: z.enum(['newest', 'oldest']).default('newest'),
  /** Id or name of who did it. */
  actor: z.string().max(200).optional(),
  /** An action, or the beginning of several: `device` for all of `device.…`. */
  action: z
    .string()
    .max(64)
    .regex(/^[a-z.-]*$/)
    .optional(),
})

export const auditRoutes = (context: ServerContext) =>
  new Hono()
    .get(
      '/audit',
      describe({
        tag,
        summary: 'Who did what, each row with the hash of the one before',
        action: 'audit.read',
        answer: listOf(auditRecordSchema),
      }),
      validator('query', auditQuery, refuseInvalid),
      async (c) => {
        const query = c.req.valid('query')
        const found = await context.auditRows.list({ ...query, limit: query.limit + 1 })
        return c.json(pageOf(found, query.limit, ({ n }) => String(n)))
      },
    )
    .get(
      '/audit/checkpoint',
      describe({
        tag,
        summary: 'The newest row, signed: keep it elsewhere, and nobody can shorten the trail',
        action: 'audit.read',
        answer: checkpointFileSchema,
      }),
      async (c) => c.json(await context.checkpoints.sign()),
    )
