import { Hono } from 'hono'
import { validator } from 'hono-openapi'
import { z } from 'zod'
import { modelNameSchema, versionSchema } from '@kedge/shared/util/scalars'
import type { ServerContext } from '../context.js'
import { findModel, findRelease } from '../models/find-models.js'
import { raiseFloor, revokeRelease } from '../models/limit-releases.js'
import {
  floorRequestSchema,
  modelSchema,
  publishRequestSchema,
  releaseRecordSchema,
  revokeRequestSchema,
} from '../models/model.js'
import { publishRelease } from '../models/publish-release.js'
import { describe, listOf, pageQuery, refuseInvalid } from './describe.js'

const tag = 'Models'
const one = z.object({ name: modelNameSchema })
const oneRelease = one.extend({ version: versionSchema })

export const modelRoutes = (context: ServerContext) =>
  new Hono()
    .get(
      '/models',
      describe({
        tag,
        summary: 'Models, by name',
        action: 'model.read',
        answer: listOf(modelSchema),
      }),
      validator('query', pageQuery, refuseInvalid),
      async (c) => {
        const { cursor, limit } = c.req.valid('query')
        const found = await context.releases.models(cursor, limit + 1)
        const items = found.slice(0, limit)
        const next = found.length > limit ? (items.at(-1)?.name ?? null) : null
        return c.json({ items, next })
      },
    )
    .get(
      '/models/:name',
      describe({ tag, summary: 'One model', action: 'model.read', answer: modelSchema }),
      validator('param', one, refuseInvalid),
      async (c) => c.json(await findModel(context, c.req.valid('param').name)),
    )
    .get(
      '/models/:name/releases',
      describe({
        tag,
        summary: 'Releases of a model, the newest first',
        action: 'model.read',
        answer: listOf(releaseRecordSchema),
      }),
      validator('param', one, refuseInvalid),
      async (c) => {
        const { name } = await findModel(context, c.req.valid('param').name)
        return c.json({ items: await context.releases.list(name), next: null as string | null })
      },
    )
    .post(
      '/models/:name/releases',
      describe({
        tag,
        summary: 'Publishes a signed release whose blobs are uploaded',
        action: 'model.publish',
        answer: releaseRecordSchema,
        status: 201,
      }),
      validator('param', one, refuseInvalid),
      validator('json', publishRequestSchema, refuseInvalid),
      async (c) => {
        const { name } = c.req.valid('param')
        const { release, isNew } = await publishRelease(context, name, c.req.valid('json'))
        return isNew ? c.json(release, 201) : c.json(release, 200)
      },
    )
    .get(
      '/models/:name/releases/:version',
      describe({ tag, summary: 'One release', action: 'model.read', answer: releaseRecordSchema }),
      validator('param', oneRelease, refuseInvalid),
      async (c) => {
        const { name, version } = c.req.valid('param')
        return c.json(await findRelease(context, name, version))
      },
    )
    .post(
      '/models/:name/releases/:version/revoke',
      describe({
        tag,
        summary: 'Takes a release back on every device',
        action: 'model.revoke',
        answer: releaseRecordSchema,
      }),
      validator('param', oneRelease, refuseInvalid),
      validator('json', revokeRequestSchema, refuseInvalid),
      async (c) => {
        const { name: model, version } = c.req.valid('param')
        const { reason } = c.req.valid('json')
        return c.json(await revokeRelease(context, { model, version, reason }))
      },
    )
    .put(
      '/models/:name/floor',
      describe({
        tag,
        summary: 'The oldest release that may still run',
        action: 'model.revoke',
        answer: modelSchema,
      }),
      validator('param', one, refuseInvalid),
      validator('json', floorRequestSchema, refuseInvalid),
      async (c) => {
        const { version } = c.req.valid('json')
        return c.json(await raiseFloor(context, c.req.valid('param').name, version))
      },
    )
