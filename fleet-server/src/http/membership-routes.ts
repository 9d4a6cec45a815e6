import { Hono } from 'hono'
import { validator } from 'hono-openapi'
import { z } from 'zod'
import type { ServerContext } from '../context.js'
import { deviceSchema } from '../devices/device.js'
import { approveDevice, pardonDevice, rejectDevice, revokeDevice } from '../devices/judge-device.js'
import { barredDeviceSchema, waitingDeviceSchema } from '../devices/waiting-device.js'
import { describe, listOf, pageQuery, refuseInvalid } from './describe.js'
import { isLargeRemoval } from './large-changes.js'

const tag = 'Enrolment'
const one = z.object({ id: z.string().max(64) })

/** Who may join, and who may stay. */
export const membershipRoutes = (context: ServerContext) =>
  new Hono()
    .get(
      '/waiting-devices',
      describe({
        tag,
        summary: 'Devices that wait to be approved',
        action: 'enrolment.read',
        answer: listOf(waitingDeviceSchema),
      }),
      validator('query', pageQuery, refuseInvalid),
      async (c) => {
        const { cursor, limit } = c.req.valid('query')
        return c.json(toPage(await context.enrolments.waiting(cursor, limit + 1), limit))
      },
    )
    .get(
      '/barred-devices',
      describe({
        tag,
        summary: 'Devices that were revoked or rejected',
        action: 'enrolment.read',
        answer: listOf(barredDeviceSchema),
      }),
      validator('query', pageQuery, refuseInvalid),
      async (c) => {
        const { cursor, limit } = c.req.valid('query')
        return c.json(toPage(await context.enrolments.barred(cursor, limit + 1), limit))
      },
    )
    .delete(
      '/barred-devices/:id',
      describe({ tag, summary: 'Lets a key join again', action: 'enrolment.manage', status: 204 }),
      validator('param', one, refuseInvalid),
      async (c) => {
        await pardonDevice(context, c.req.valid('param').id)
        return c.body(null, 204)
      },
    )
    .post(
      '/devices/:id/approve',
      describe({
        tag,
        summary: 'Lets a device that waits into the fleet',
        action: 'enrolment.manage',
        answer: deviceSchema,
      }),
      validator('param', one, refuseInvalid),
      async (c) => c.json(await approveDevice(context, c.req.valid('param').id)),
    )
    .post(
      '/devices/:id/reject',
      describe({
        tag,
        summary: 'Turns a device that waits away for good',
        action: 'enrolment.manage',
        status: 204,
      }),
      validator('param', one, refuseInvalid),
      async (c) => {
        await rejectDevice(context, c.req.valid('param').id)
        return c.body(null, 204)
      },
    )
    .post(
      '/devices/:id/revoke',
      describe({
        tag,
        summary: 'Cuts a device off at once, and bars its key',
        action: 'device.remove',
        isLarge: isLargeRemoval(context),
        status: 204,
      }),
      validator('param', one, refuseInvalid),
      async (c) => {
        await revokeDevice(context, c.req.valid('param').id)
        return c.body(null, 204)
      },
    )

function toPage<T extends { readonly id: string }>(found: readonly T[], limit: number) {
  const items = found.slice(0, limit)
  return { items, next: found.length > limit ? (items.at(-1)?.id ?? null) : null }
}
