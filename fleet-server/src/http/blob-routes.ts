import { Hono } from 'hono'
import { validator } from 'hono-openapi'
import { z } from 'zod'
import { sha256Schema } from '@kedge/shared/util/scalars'
import type { ServerContext } from '../context.js'
import { describe, refuseInvalid } from './describe.js'

const tag = 'Blobs'
const hashesBody = z.object({ hashes: z.array(sha256Schema).max(100_000) })
const missingAnswer = z.object({ missing: z.array(sha256Schema) })

export const blobRoutes = (context: ServerContext) =>
  new Hono()
    .post(
      '/blobs/missing',
      describe({
        tag,
        summary: 'Which of these blobs must be uploaded',
        action: 'model.publish',
        records: null,
        answer: missingAnswer,
      }),
      validator('json', hashesBody, refuseInvalid),
      async (c) => c.json({ missing: await context.blobs.missing(c.req.valid('json').hashes) }),
    )
    .put(
      '/blobs/:sha256',
      describe({
        tag,
        summary: 'Uploads a blob of at most 128 KiB',
        action: 'model.publish',
        records: null,
        status: 204,
      }),
      validator('param', z.object({ sha256: sha256Schema }), refuseInvalid),
      async (c) => {
        const bytes = new Uint8Array(await c.req.arrayBuffer())
        await context.blobs.put(c.req.valid('param').sha256, bytes)
        return c.body(null, 204)
      },
    )
