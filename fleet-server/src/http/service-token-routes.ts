import { Hono } from 'hono'
import { validator } from 'hono-openapi'
import { z } from 'zod'
import { createServiceToken, revokeServiceToken } from '../accounts/change-service-tokens.js'
import {
  issuedServiceTokenSchema,
  serviceTokenRequestSchema,
  serviceTokenSchema,
} from '../accounts/service-token.js'
import type { ServerContext } from '../context.js'
import { describe, listOf, pageQuery, refuseInvalid } from './describe.js'
import { pageOf } from './page-of.js'
import { actorOf } from './visitor.js'

const tag = 'Service tokens'
const one = z.object({ id: z.string().max(64) })

export const serviceTokenRoutes = (context: ServerContext) =>
  new Hono()
    .get(
      '/service-tokens',
      describe({
        tag,
        summary: 'Tokens of programs, without secrets',
        action: 'service-token.read',
        answer: listOf(serviceTokenSchema),
      }),
      validator('query', pageQuery, refuseInvalid),
      async (c) => {
        const { cursor, limit } = c.req.valid('query')
        const found = await context.accounts.serviceTokens.list(cursor, limit + 1)
        return c.json(pageOf(found, limit, ({ id }) => id))
      },
    )
    .post(
      '/service-tokens',
      describe({
        tag,
        summary: 'Makes a token for a program; it is shown this once',
        action: 'service-token.manage',
        answer: issuedServiceTokenSchema,
        status: 201,
      }),
      validator('json', serviceTokenRequestSchema, refuseInvalid),
      async (c) => c.json(await createServiceToken(context, actorOf(c), c.req.valid('json')), 201),
    )
    .delete(
      '/service-tokens/:id',
      describe({
        tag,
        summary: 'Revokes a token, and the sessions begun with it',
        action: 'service-token.manage',
        before: ({ id = '' }) => context.accounts.serviceTokens.find(id),
        status: 204,
      }),
      validator('param', one, refuseInvalid),
      async (c) => {
        await revokeServiceToken(context, actorOf(c), c.req.valid('param').id)
        return c.body(null, 204)
      },
    )
