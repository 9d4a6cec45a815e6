import { Hono } from 'hono'
import { validator } from 'hono-openapi'
import { z } from 'zod'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { enrolmentRequestSchema, enrolmentSchema } from '@kedge/shared/protocol/enrolment'
import type { ServerContext } from '../context.js'
import { createEnrolmentToken } from '../devices/create-enrolment-token.js'
import { enrolDevice } from '../devices/enrol-device.js'
import {
  enrolmentTokenSchema,
  issuedTokenSchema,
  tokenRequestSchema,
} from '../devices/enrolment-token.js'
import { describe, listOf, pageQuery, refuseInvalid } from './describe.js'
import { originOf } from './origin.js'
import { limitRate } from './limit-rate.js'

const tag = 'Enrolment'
/** A device enrols once in its life, but many may stand behind one address. */
const enrolmentsPerMinute = 1_200

export const enrolmentRoutes = (context: ServerContext) =>
  new Hono()
    .post(
      '/enrol',
      describe({
        tag,
        summary: 'A key becomes a device of the fleet',
        action: 'device',
        records: 'device.enrol',
        answer: enrolmentSchema,
      }),
      limitRate(enrolmentsPerMinute, context.clock),
      validator('json', enrolmentRequestSchema, refuseInvalid),
      async (c) => {
        const origin = originOf(c, context.config)
        const isOwnPage = c.req.header('origin') === origin
        return c.json(await enrolDevice(context, c.req.valid('json'), { origin, isOwnPage }))
      },
    )
    .get(
      '/enrolment-tokens',
      describe({
        tag,
        summary: 'Tokens, without secrets',
        action: 'enrolment.read',
        answer: listOf(enrolmentTokenSchema),
      }),
      validator('query', pageQuery, refuseInvalid),
      async (c) => {
        const { cursor, limit } = c.req.valid('query')
        const found = await context.tokens.list(cursor, limit + 1)
        const items = found.slice(0, limit)
        const next = found.length > limit ? (items.at(-1)?.id ?? null) : null
        return c.json({ items, next })
      },
    )
    .post(
      '/enrolment-tokens',
      describe({
        tag,
        summary: 'Makes a token by which devices can join',
        action: 'enrolment.manage',
        answer: issuedTokenSchema,
        status: 201,
      }),
      validator('json', tokenRequestSchema, refuseInvalid),
      async (c) => {
        const origin = originOf(c, context.config)
        return c.json(await createEnrolmentToken(context, c.req.valid('json'), origin), 201)
      },
    )
    .delete(
      '/enrolment-tokens/:id',
      describe({ tag, summary: 'Revokes a token', action: 'enrolment.manage', status: 204 }),
      validator('param', z.object({ id: z.string().max(64) }), refuseInvalid),
      async (c) => {
        const { id } = c.req.valid('param')
        if (!(await context.tokens.remove(id))) {
          throw new UsageError('not-found', `there is no enrolment token ${id}`)
        }
        return c.body(null, 204)
      },
    )
