import { Hono } from 'hono'
import { validator } from 'hono-openapi'
import { z } from 'zod'
import { envelopeSchema } from '@kedge/shared/protocol/envelope'
import type { ServerContext } from '../context.js'
import { removeDevice, setDeviceLabels } from '../devices/change-device.js'
import { deviceSchema, explanationSchema, ownLabelsSchema } from '../devices/device.js'
import { explainDevice } from '../devices/explain-device.js'
import { findReport } from '../devices/find-report.js'
import { findDevice, listDevices } from '../devices/list-devices.js'
import { describe, listOf, pageQuery, refuseInvalid } from './describe.js'
import { isLargeRemoval } from './large-changes.js'

const tag = 'Devices'
const one = z.object({ id: z.string().max(64) })
const devicesQuery = pageQuery.extend({ select: z.string().max(1_000).default('') })
const labelsBody = z.object({ labels: ownLabelsSchema })

export const deviceRoutes = (context: ServerContext) => {
  const labelsOf = async ({ id = '' }) => (await findDevice(context, id)).labels
  return new Hono()
    .get(
      '/devices',
      describe({
        tag,
        summary: 'The fleet, by id',
        action: 'device.read',
        answer: listOf(deviceSchema),
      }),
      validator('query', devicesQuery, refuseInvalid),
      async (c) => {
        const { select, cursor, limit } = c.req.valid('query')
        return c.json(await listDevices(context, { select, after: cursor, limit }))
      },
    )
    .get(
      '/devices/:id',
      describe({ tag, summary: 'One device', action: 'device.read', answer: deviceSchema }),
      validator('param', one, refuseInvalid),
      async (c) => c.json(await findDevice(context, c.req.valid('param').id)),
    )
    .patch(
      '/devices/:id',
      describe({
        tag,
        summary: 'Replaces the labels of a device',
        action: 'device.label',
        before: labelsOf,
        answer: deviceSchema,
      }),
      validator('param', one, refuseInvalid),
      validator('json', labelsBody, refuseInvalid),
      async (c) => {
        const { labels } = c.req.valid('json')
        return c.json(await setDeviceLabels(context, c.req.valid('param').id, labels))
      },
    )
    .delete(
      '/devices/:id',
      describe({
        tag,
        summary: 'Takes a device out of the fleet',
        action: 'device.remove',
        isLarge: isLargeRemoval(context),
        before: labelsOf,
        status: 204,
      }),
      validator('param', one, refuseInvalid),
      async (c) => {
        await removeDevice(context, c.req.valid('param').id)
        return c.body(null, 204)
      },
    )
    .get(
      '/devices/:id/report',
      describe({
        tag,
        summary: 'Its last report that counts, as it signed it (DSSE)',
        action: 'device.read',
        answer: envelopeSchema,
      }),
      validator('param', one, refuseInvalid),
      async (c) => c.json(await findReport(context, c.req.valid('param').id)),
    )
    .get(
      '/devices/:id/explain',
      describe({
        tag,
        summary: 'Why it runs what it runs',
        action: 'device.read',
        answer: explanationSchema,
      }),
      validator('param', one, refuseInvalid),
      async (c) => c.json(await explainDevice(context, c.req.valid('param').id)),
    )
}
