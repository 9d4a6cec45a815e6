import { Hono } from 'hono'
import { validator } from 'hono-openapi'
import { z } from 'zod'
import type { ServerContext } from '../context.js'
import { addPublisher, removePublisher } from '../models/change-publishers.js'
import { publisherRequestSchema, publisherSchema } from '../models/model.js'
import { describe, listOf, refuseInvalid } from './describe.js'

const tag = 'Publishers'

export const publisherRoutes = (context: ServerContext) =>
  new Hono()
    .get(
      '/publishers',
      describe({
        tag,
        summary: 'Keys that sign releases, by name',
        action: 'publisher.read',
        answer: listOf(publisherSchema),
      }),
      async (c) => c.json({ items: await context.publishers.list(), next: null as string | null }),
    )
    .post(
      '/publishers',
      describe({
        tag,
        summary: 'Registers a key that signs releases',
        action: 'publisher.manage',
        answer: publisherSchema,
        status: 201,
      }),
      validator('json', publisherRequestSchema, refuseInvalid),
      async (c) => c.json(await addPublisher(context, c.req.valid('json')), 201),
    )
    .delete(
      '/publishers/:id',
      describe({ tag, summary: 'Forgets a key', action: 'publisher.manage', status: 204 }),
      validator('param', z.object({ id: z.string().max(80) }), refuseInvalid),
      async (c) => {
        await removePublisher(context, c.req.valid('param').id)
        return c.body(null, 204)
      },
    )
