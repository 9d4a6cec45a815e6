import type { Context } from 'hono'
import { createMiddleware } from 'hono/factory'
import { entryOf } from '../accounts/record-visit.js'
import type { AuditEntry } from '../audit/audit-record.js'
import { digestOf } from '../audit/digest.js'
import type { ServerContext } from '../context.js'
import { bodyOf } from './body-of.js'
import { accessOf, routeParamsOf, type RouteAccess } from './route-access.js'
import { visitOf } from './visitor.js'

/**
 * Keeps every change in the audit trail: as an intent before it is made, and what came of it before
 * its answer goes out. Whenever the server is killed, there is one or the other.
 */
export const recordChange = ({ accounts: { audit } }: Pick<ServerContext, 'accounts'>) =>
  createMiddleware(async (c, next) => {
    const access = accessOf(c)
    const isChange = c.req.method !== 'GET' && c.req.method !== 'HEAD'
    if (!isChange || access === undefined || access.records === null) return next()
    const intent = await intentOf(c, access)
    await audit.intend(intent)
    await next()
    const { status } = c.res
    if (status < 400) await audit.settle({ ...intent, ...(await outcomeOf(c)) })
    else if (status < 500) await audit.drop(intent)
    // It failed on the way: something of it may have been done.
    else await audit.settleUnfinished(intent)
  })

/** What somebody wants; `after` is the digest of what was asked for until there is an answer. */
async function intentOf(c: Context, { action, records, before }: RouteAccess): Promise<AuditEntry> {
  const asked = await bodyOf(c)
  const known = await before?.(routeParamsOf(c)).catch(() => undefined)
  return entryOf(visitOf(c), {
    action: records ?? action,
    object: objectOf(c, nameIn(asked, ['name'])),
    ...withDigest('before', known),
    ...withDigest('after', asked),
  })
}

async function outcomeOf(c: Context): Promise<Pick<AuditEntry, 'object' | 'after'>> {
  const answer = await readAnswer(c)
  return {
    object: objectOf(c, nameIn(answer, ['id', 'device'])),
    after: digestOf(answer),
  }
}

async function readAnswer(c: Context): Promise<unknown> {
  if (!c.res.headers.get('content-type')?.startsWith('application/json')) return undefined
  return c.res.clone().json()
}

const longestObject = 300

/** `devices/d-1a2b`: the path below the API, with the name of what is made. */
function objectOf(c: Context, made: string | undefined): string {
  const path = c.req.path.replace(/^\/api\/v1\//, '')
  const isNew = c.req.method === 'POST' && made !== undefined && !path.split('/').includes(made)
  return (isNew ? `${path}/${made}` : path).slice(0, longestObject)
}

/** The first of these fields that a document has as text. */
function nameIn(document: unknown, fields: readonly string[]): string | undefined {
  if (typeof document !== 'object' || document === null) return undefined
  const values = fields.map((field) => (document as Readonly<Record<string, unknown>>)[field])
  return values.find((value) => typeof value === 'string')
}

function withDigest<Name extends 'before' | 'after'>(name: Name, document: unknown) {
  const digest = digestOf(document)
  return digest === undefined ? {} : ({ [name]: digest } as Record<Name, string>)
}
