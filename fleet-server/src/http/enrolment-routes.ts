import { Hono } from 'hono'
import { validator } from 'hono-openapi'
import { z } from 'zod'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { ServerContext } from '../context.js'
import { createEnrolmentToken } from '../devices/create-enrolment-token.js'
import {
  enrolmentTokenSchema,
  issuedTokenSchema,
  tokenRequestSchema,
} from '../devices/enrolment-token.js'
import { describe, listOf, pageQuery, refuseInvalid } from './describe.js'
import { originOf } from './origin.js'

const tag = 'Enrolment'
/** So long a page has to show the token that its backend got for it. Seconds. */
const grantLifeS = 300

export const enrolmentRoutes = (context: ServerContext) =>
  new Hono()
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
    .post(
      '/browser-sessions',
      describe({
        tag,
        summary: 'A token for one page, asked for by its own backend',
        action: 'browser-session.create',
        answer: issuedTokenSchema,
        status: 201,
      }),
      validator('json', tokenRequestSchema.pick({ labels: true }), refuseInvalid),
      async (c) => {
        const origin = originOf(c, context.config)
        const { labels } = c.req.valid('json')
        const request = {
          labels,
          ttlS: grantLifeS,
          uses: 1,
          kind: 'browser',
          approve: false,
        } as const
        return c.json(await createEnrolmentToken(context, request, origin), 201)
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
