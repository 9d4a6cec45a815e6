import { Hono } from 'hono'
import { validator } from 'hono-openapi'
import { z } from 'zod'
import { changeUser, createUser, findUser, removeUser } from '../accounts/change-users.js'
import { userChangeSchema, userRequestSchema, userSchema } from '../accounts/user.js'
import type { ServerContext } from '../context.js'
import { describe, listOf, pageQuery, refuseInvalid } from './describe.js'
import { pageOf } from './page-of.js'
import { actorOf } from './visitor.js'

const tag = 'Users'
const one = z.object({ id: z.string().max(64) })

export const userRoutes = (context: ServerContext) => {
  const before = ({ id = '' }) => findUser(context, id)
  return new Hono()
    .get(
      '/users',
      describe({
        tag,
        summary: 'People, by name',
        action: 'user.read',
        answer: listOf(userSchema),
      }),
      validator('query', pageQuery, refuseInvalid),
      async (c) => {
        const { cursor, limit } = c.req.valid('query')
        const found = await context.accounts.users.list(cursor, limit + 1)
        return c.json(pageOf(found, limit, ({ name }) => name))
      },
    )
    .post(
      '/users',
      describe({
        tag,
        summary: 'Makes an account',
        action: 'user.manage',
        answer: userSchema,
        status: 201,
      }),
      validator('json', userRequestSchema, refuseInvalid),
      async (c) => c.json(await createUser(context, actorOf(c), c.req.valid('json')), 201),
    )
    .patch(
      '/users/:id',
      describe({
        tag,
        summary: 'Gives somebody another role or password, and signs them out everywhere',
        action: 'user.manage',
        before,
        answer: userSchema,
      }),
      validator('param', one, refuseInvalid),
      validator('json', userChangeSchema, refuseInvalid),
      async (c) => {
        const change = { ...c.req.valid('json'), ...c.req.valid('param') }
        return c.json(await changeUser(context, actorOf(c), change))
      },
    )
    .delete(
      '/users/:id',
      describe({
        tag,
        summary: 'Removes an account',
        action: 'user.manage',
        before,
        status: 204,
      }),
      validator('param', one, refuseInvalid),
      async (c) => {
        await removeUser(context, actorOf(c), c.req.valid('param').id)
        return c.body(null, 204)
      },
    )
}
