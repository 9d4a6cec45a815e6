import { Hono, type Context } from 'hono'
import { validator } from 'hono-openapi'
import { z } from 'zod'
import { timestampSchema } from '@kedge/shared/util/scalars'
import { may, roleSchema, type Actor } from '../accounts/actor.js'
import { changeOwnPassword } from '../accounts/change-users.js'
import { passkeySiteOf } from '../accounts/passkey.js'
import { proofLife } from '../accounts/proof.js'
import { actions } from '../accounts/permissions.js'
import { setUp } from '../accounts/set-up.js'
import { signInByPassword, signInByToken, signOut } from '../accounts/sign-in.js'
import type { BegunSession } from '../accounts/sessions.js'
import { newPasswordSchema, passwordSchema, userNameSchema } from '../accounts/user.js'
import type { ServerContext } from '../context.js'
import { describe, refuseInvalid } from './describe.js'
import { originOf } from './origin.js'
import { clearSessionCookie, setSessionCookie } from './session-cookie.js'
import { actorOf, visitOf } from './visitor.js'

const tag = 'Session'
const methods = ['password', 'passkey', 'token', 'oidc'] as const

export const sessionSchema = z.object({
  signedIn: z.boolean(),
  /** True until the first account is made. */
  setup: z.boolean(),
  actor: z
    .object({
      kind: z.enum(['user', 'token']),
      id: z.string(),
      name: z.string(),
      role: roleSchema,
    })
    .optional(),
  /** What the actor may do. */
  can: z.array(z.enum(actions)),
  /** By what one can sign in here. */
  methods: z.array(z.enum(methods)),
  /** How lately the holder of the session proved who they are; absent without a session. */
  proof: z
    .object({
      /** Until then the session may do what needs a proof; in the past when it has to prove itself. */
      until: timestampSchema,
      /** By what its holder can prove themselves: `oidc` by way of GET /oidc/login?again=1. */
      by: z.array(z.enum(methods)),
    })
    .optional(),
})

const credentialsSchema = z.union([
  z.object({ name: userNameSchema, password: passwordSchema }),
  z.object({ token: z.string().min(1).max(500) }),
])
const setupSchema = z.object({
  code: z.string().max(200),
  name: userNameSchema,
  password: newPasswordSchema,
})
const ownPasswordSchema = z.object({
  /** Empty where there is none yet, as for somebody who signs in by OpenID. */
  current: z.string().max(256),
  password: newPasswordSchema,
})

/** Hands a new session to the browser and says what it is. */
export async function answerSession(c: Context, context: ServerContext, begun: BegunSession) {
  setSessionCookie(c, context.config, begun.id)
  return c.json(await viewSession(c, context, begun.actor))
}

async function viewSession(
  c: Context,
  context: ServerContext,
  actor: Actor | undefined,
): Promise<z.infer<typeof sessionSchema>> {
  const { accounts, config } = context
  const methods = methodsOf(c, config)
  return {
    signedIn: actor !== undefined,
    setup: actor === undefined && !(await accounts.users.any()),
    ...(actor && {
      actor: { kind: actor.kind, id: actor.id, name: actor.name, role: actor.role },
    }),
    can: actor ? actions.filter((action) => may(actor, action)) : [],
    methods,
    ...(actor?.session !== undefined && {
      proof: {
        until: (actor.provedAt ?? 0) + proofLife,
        by: methods.filter(isOneOf(await ownMethods(context, actor))),
      },
    }),
  }
}

type Method = (typeof methods)[number]

const methodsOf = (c: Context, config: ServerContext['config']): Method[] => [
  'password',
  ...(passkeySiteOf(originOf(c, config)) ? (['passkey'] as const) : []),
  'token',
  ...(config.oidc ? (['oidc'] as const) : []),
]

async function ownMethods({ accounts }: ServerContext, { kind, id }: Actor): Promise<Method[]> {
  return kind === 'token' ? ['token'] : ((await accounts.users.find(id))?.methods ?? [])
}

const isOneOf = (own: readonly Method[]) => (method: Method) => own.includes(method)

export const sessionRoutes = (context: ServerContext) =>
  new Hono()
    .get(
      '/session',
      describe({ tag, summary: 'Who is signed in', action: 'anyone', answer: sessionSchema }),
      async (c) => c.json(await viewSession(c, context, visitOf(c).actor)),
    )
    .post(
      '/session',
      describe({
        tag,
        summary: 'Signs in: a name and its password, or a token, for a cookie',
        action: 'anyone',
        records: null,
        answer: sessionSchema,
      }),
      validator('json', credentialsSchema, refuseInvalid),
      async (c) => {
        const given = c.req.valid('json')
        const begun =
          'token' in given
            ? await signInByToken(context, visitOf(c), given.token)
            : await signInByPassword(context, visitOf(c), given)
        return answerSession(c, context, begun)
      },
    )
    .delete(
      '/session',
      describe({ tag, summary: 'Signs out', action: 'anyone', records: null, status: 204 }),
      async (c) => {
        await signOut(context, visitOf(c))
        clearSessionCookie(c)
        return c.body(null, 204)
      },
    )
    .post(
      '/session/password',
      describe({
        tag,
        summary: 'Changes the own password, which ends all other sessions of this person',
        action: 'signed-in',
        records: null,
        answer: sessionSchema,
      }),
      validator('json', ownPasswordSchema, refuseInvalid),
      async (c) => {
        const visit = { ...visitOf(c), actor: actorOf(c) }
        const begun = await changeOwnPassword(context, visit, c.req.valid('json'))
        return answerSession(c, context, begun)
      },
    )
    .post(
      '/setup',
      describe({
        tag,
        summary: 'Makes the first account, by the code of the link that the server prints',
        action: 'anyone',
        records: null,
        answer: sessionSchema,
      }),
      validator('json', setupSchema, refuseInvalid),
      async (c) => {
        const begun = await setUp(context, visitOf(c), c.req.valid('json'))
        return answerSession(c, context, begun)
      },
    )
