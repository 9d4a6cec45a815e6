import { Hono } from 'hono'
import { validator } from 'hono-openapi'
import { z } from 'zod'
import { authenticationResponseSchema, ceremonyOptionsSchema } from '../accounts/passkey.js'
import { askForProof, stepUp, type Proof } from '../accounts/step-up.js'
import { passwordSchema } from '../accounts/user.js'
import type { ServerContext } from '../context.js'
import { describe, refuseInvalid } from './describe.js'
import { limitRate } from './limit-rate.js'
import { siteOf } from './passkey-site.js'
import { answerSession, sessionSchema } from './session-routes.js'
import { actorOf, visitOf } from './visitor.js'

const tag = 'Session'
/** Each leaves a challenge behind that is kept for minutes. */
const challengesPerMinute = 60
const proofSchema = z.union([
  z.object({ password: passwordSchema }),
  z.object({ token: z.string().min(1).max(500) }),
  z.object({ response: authenticationResponseSchema }),
])

/** A new proof of who is signed in, before what can do much harm. */
export const stepUpRoutes = (context: ServerContext) =>
  new Hono()
    .post(
      '/session/step-up/options',
      describe({
        tag,
        summary: 'What a browser needs to show a passkey once more',
        action: 'signed-in',
        records: null,
        answer: ceremonyOptionsSchema,
      }),
      limitRate(challengesPerMinute, context.clock),
      async (c) => c.json(await askForProof(context, actorOf(c), siteOf(c, context))),
    )
    .post(
      '/session/step-up',
      describe({
        tag,
        summary: 'Takes password, passkey or token once more; the session goes on as a new cookie',
        action: 'signed-in',
        records: null,
        answer: sessionSchema,
      }),
      validator('json', proofSchema, refuseInvalid),
      async (c) => {
        const given = c.req.valid('json')
        const proof: Proof =
          'response' in given
            ? { passkey: { response: given.response, site: siteOf(c, context) } }
            : given
        const begun = await stepUp(context, { ...visitOf(c), actor: actorOf(c) }, proof)
        return answerSession(c, context, begun)
      },
    )
