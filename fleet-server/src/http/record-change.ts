import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { entryOf } from '../accounts/record-visit.js'
import type { AuditActor } from '../audit/audit-record.js'
import { digestOf } from '../audit/digest.js'
import type { ServerContext } from '../context.js'
import { accessOf, routeParamsOf } from './route-access.js'
import { visitOf } from './visitor.js'

/** Keeps every change that succeeds in the audit trail, before its answer goes out. */
export const recordChange = (context: Pick<ServerContext, 'accounts'>) =>
  createMiddleware(async (c, next) => {
    const access = accessOf(c)
    const isChange = c.req.method !== 'GET' && c.req.method !== 'HEAD'
    if (!isChange || access === undefined || access.records === null) return next()
    const before = await access.before?.(routeParamsOf(c)).catch(() => undefined)
    await next()
    if (c.res.status >= 400) return
    const answer = await readAnswer(c)
    const actor = deviceOf(answer)
    await context.accounts.audit.append(
      entryOf(visitOf(c), {
        action: access.records ?? access.action,
        object: objectOf(c, answer),
        ...withDigest('before', before),
        ...withDigest('after', answer),
        // A device that enrols is nobody yet when it asks.
        ...(actor && access.action === 'device' ? { actor, method: 'device-key' } : {}),
      }),
    )
  })

type Answer = Readonly<Record<string, unknown>>

async function readAnswer(c: Context): Promise<Answer | undefined> {
  if (!c.res.headers.get('content-type')?.startsWith('application/json')) return undefined
  return (await c.res.clone().json()) as Answer
}

const longestObject = 300

/** `devices/d-1a2b`: the path below the API, with the name of what was made. */
function objectOf(c: Context, answer: Answer | undefined): string {
  const path = c.req.path.replace(/^\/api\/v1\//, '')
  const made = c.req.method === 'POST' ? (answer?.['id'] ?? answer?.['device']) : undefined
  const isNew = typeof made === 'string' && !path.split('/').includes(made)
  return (isNew ? `${path}/${made}` : path).slice(0, longestObject)
}

function deviceOf(answer: Answer | undefined): AuditActor | undefined {
  const device = answer?.['device']
  return typeof device === 'string' ? { kind: 'device', id: device, name: device } : undefined
}

function withDigest<Name extends 'before' | 'after'>(name: Name, document: unknown) {
  const digest = digestOf(document)
  return digest === undefined ? {} : ({ [name]: digest } as Record<Name, string>)
}
