import { Hono } from 'hono'
import { validator } from 'hono-openapi'
import { z } from 'zod'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import {
  authenticationResponseSchema,
  ceremonyOptionsSchema,
  passkeySchema,
  registrationResponseSchema,
} from '../accounts/passkey.js'
import { addPasskey, offerPasskey } from '../accounts/register-passkey.js'
import { renewSession } from '../accounts/sessions.js'
import { askForPasskey, signInByPasskey } from '../accounts/sign-in-by-passkey.js'
import type { ServerContext } from '../context.js'
import { describe, listOf, refuseInvalid } from './describe.js'
import { limitRate } from './limit-rate.js'
import { siteOf } from './passkey-site.js'
import { setSessionCookie } from './session-cookie.js'
import { answerSession, sessionSchema } from './session-routes.js'
import { actorOf, visitOf } from './visitor.js'

const tag = 'Passkeys'
/** Each leaves a challenge behind that is kept for minutes. */
const challengesPerMinute = 60
const registrationBody = z.object({
  /** What its owner calls it. */
  name: z.string().trim().min(1).max(64).default('passkey'),
  response: registrationResponseSchema,
})

export const passkeyRoutes = (context: ServerContext) =>
  new Hono()
    .post(
      '/passkeys/register/options',
      describe({
        tag,
        summary: 'What a browser needs to make a passkey',
        action: 'passkey.manage',
        records: null,
        answer: ceremonyOptionsSchema,
      }),
      async (c) => c.json(await offerPasskey(context, actorOf(c), siteOf(c, context))),
    )
    .post(
      '/passkeys/register/verify',
      describe({
        tag,
        summary: 'Keeps a new passkey; the session goes on under a new cookie',
        action: 'passkey.manage',
        records: 'passkey.add',
        answer: passkeySchema,
        status: 201,
      }),
      validator('json', registrationBody, refuseInvalid),
      async (c) => {
        const actor = actorOf(c)
        const site = siteOf(c, context)
        const passkey = await addPasskey(context, actor, { ...c.req.valid('json'), site })
        const renewed = await renewSession(context, actor)
        if (renewed) setSessionCookie(c, context.config, renewed.id)
        return c.json(passkey, 201)
      },
    )
    .post(
      '/passkeys/login/options',
      describe({
        tag,
        summary: 'What a browser needs to let somebody sign in with a passkey',
        action: 'anyone',
        records: null,
        answer: ceremonyOptionsSchema,
      }),
      limitRate(challengesPerMinute, context.clock),
      async (c) => c.json(await askForPasskey(context, siteOf(c, context))),
    )
    .post(
      '/passkeys/login/verify',
      describe({
        tag,
        summary: 'Signs in with a passkey',
        action: 'anyone',
        records: null,
        answer: sessionSchema,
      }),
      validator('json', z.object({ response: authenticationResponseSchema }), refuseInvalid),
      async (c) => {
        const { response } = c.req.valid('json')
        const site = siteOf(c, context)
        const begun = await signInByPasskey(context, visitOf(c), { response, site })
        return answerSession(c, context, begun)
      },
    )
    .get(
      '/passkeys',
      describe({
        tag,
        summary: 'The own passkeys',
        action: 'signed-in',
        answer: listOf(passkeySchema),
      }),
      async (c) => {
        const items = await context.accounts.passkeys.list(actorOf(c).id)
        return c.json({ items, next: null as string | null })
      },
    )
    .delete(
      '/passkeys/:id',
      describe({
        tag,
        summary: 'Removes one of the own passkeys',
        action: 'passkey.manage',
        records: 'passkey.remove',
        status: 204,
      }),
      validator('param', z.object({ id: z.string().max(1_400) }), refuseInvalid),
      async (c) => {
        if (!(await context.accounts.passkeys.remove(actorOf(c).id, c.req.valid('param').id))) {
          throw new UsageError('not-found', 'you have no such passkey')
        }
        return c.body(null, 204)
      },
    )
