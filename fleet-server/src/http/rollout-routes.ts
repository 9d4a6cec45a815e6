import { Hono } from 'hono'
import { validator } from 'hono-openapi'
import { z } from 'zod'
import type { ServerContext } from '../context.js'
import { changeRollout } from '../rollouts/change-rollout.js'
import { createRollout } from '../rollouts/create-rollout.js'
import { listRolloutDevices } from '../rollouts/list-rollout-devices.js'
import {
  rolloutActions,
  rolloutDeviceSchema,
  rolloutDeviceStates,
  rolloutRequestSchema,
  rolloutSchema,
} from '../rollouts/rollout.js'
import { listRollouts, viewRollout } from '../rollouts/view-rollouts.js'
import { describe, listOf, pageQuery, refuseInvalid } from './describe.js'
import { isLargeRollout } from './large-changes.js'

const tag = 'Rollouts'
const one = z.object({ id: z.string().max(64) })
const devicesQuery = pageQuery.extend({
  /** `working` is every state between waiting and active. */
  state: z.enum([...rolloutDeviceStates, 'working']).optional(),
})
/** The cursor is the time at which the last rollout of the page before was made. */
const rolloutsQuery = pageQuery.extend({
  cursor: z.coerce.number().int().positive().default(Number.MAX_SAFE_INTEGER),
})

export const rolloutRoutes = (context: ServerContext) =>
  new Hono()
    .get(
      '/rollouts',
      describe({
        tag,
        summary: 'Rollouts, the newest first',
        action: 'rollout.read',
        answer: listOf(rolloutSchema),
      }),
      validator('query', rolloutsQuery, refuseInvalid),
      async (c) => {
        const { cursor, limit } = c.req.valid('query')
        return c.json(await listRollouts(context, { before: cursor, limit }))
      },
    )
    .post(
      '/rollouts',
      describe({
        tag,
        summary: 'Sends a release to all devices that match, now or later',
        action: 'rollout.create',
        isLarge: isLargeRollout(context),
        answer: rolloutSchema,
        status: 201,
      }),
      validator('json', rolloutRequestSchema, refuseInvalid),
      async (c) => c.json(await createRollout(context, c.req.valid('json')), 201),
    )
    .get(
      '/rollouts/:id',
      describe({ tag, summary: 'One rollout', action: 'rollout.read', answer: rolloutSchema }),
      validator('param', one, refuseInvalid),
      async (c) => c.json(await viewRollout(context, c.req.valid('param').id)),
    )
    .get(
      '/rollouts/:id/devices',
      describe({
        tag,
        summary: 'Where the devices of a rollout stand',
        action: 'rollout.read',
        answer: listOf(rolloutDeviceSchema),
      }),
      validator('param', one, refuseInvalid),
      validator('query', devicesQuery, refuseInvalid),
      async (c) => {
        const { state, cursor, limit } = c.req.valid('query')
        const { id } = c.req.valid('param')
        return c.json(await listRolloutDevices(context, id, { state, after: cursor, limit }))
      },
    )
    .post(
      '/rollouts/:id/:action',
      describe({
        tag,
        summary: 'Pauses, resumes, aborts or retries',
        action: 'rollout.change',
        answer: rolloutSchema,
      }),
      validator('param', one.extend({ action: z.enum(rolloutActions) }), refuseInvalid),
      async (c) => {
        const { id, action } = c.req.valid('param')
        return c.json(await changeRollout(context, id, action))
      },
    )
