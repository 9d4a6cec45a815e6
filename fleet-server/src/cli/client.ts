import { hc } from 'hono/client'
import { z } from 'zod'
import { errorCodes, type ErrorCode } from '@kedge/shared/errors/error-codes'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { KedgeError } from '@kedge/shared/errors/kedge-error'
import { ServerError } from '@kedge/shared/errors/server-error'
import { tlsFailureOf } from '@kedge/shared/errors/tls-failure'
import type { App } from '../http/app.js'
import { fetchFor, ownServerAddress } from './own-server.js'

export interface Connection {
  readonly url?: string | undefined
  readonly token?: string | undefined
  /** File of the certificate authority to believe. */
  readonly ca?: string | undefined
}

export type Client = ReturnType<typeof createClient>

/** The API of a server, typed by its own routes. */
export const createClient = (url: string, token: string, ca?: string) =>
  hc<App>(url, { headers: { Authorization: `Bearer ${token}` }, fetch: fetchFor(url, ca) }).api.v1

/** @throws UsageError `usage` when it is not known where to go, or with what token */
export function connect(flags: Connection): Client {
  const url = flags.url ?? process.env['KEDGE_URL'] ?? ownServerAddress() ?? 'http://127.0.0.1:8080'
  const token = flags.token ?? process.env['KEDGE_TOKEN']
  if (token === undefined) {
    throw new UsageError(
      'usage',
      'no token; set --token or KEDGE_TOKEN to a service token (kedge service-token create), or to ' +
        'what the server keeps in DATA/admin-token',
    )
  }
  return createClient(url, token, flags.ca)
}

interface Answer {
  readonly ok: boolean
  readonly status: number
  readonly url: string
  json(): Promise<unknown>
}

/** Parts of a problem document (RFC 9457) that a person reads. */
const problemSchema = z.object({ detail: z.string(), code: z.string() })

/** The body of an answer that is no problem. @throws KedgeError with the code the server gave */
export async function answer<R extends Answer>(
  request: Promise<R>,
): Promise<Awaited<ReturnType<R['json']>>> {
  const response = await done(request)
  return (await response.json()) as Awaited<ReturnType<R['json']>>
}

/** An answer that is no problem. @throws KedgeError with the code the server gave */
export async function done<R extends Answer>(request: Promise<R>): Promise<R> {
  const response = await reach(request)
  if (response.ok) return response
  const problem = problemSchema.safeParse(await response.json().catch(() => undefined))
  if (problem.success && problem.data.code in errorCodes) {
    throw new KedgeError(problem.data.code as ErrorCode, problem.data.detail)
  }
  throw new ServerError('http-failed', `${response.url} answered ${response.status}`)
}

async function reach<R>(request: Promise<R>): Promise<R> {
  try {
    return await request
  } catch (cause) {
    const failure = tlsFailureOf(cause)
    if (failure) {
      const advice = 'give the DATA/tls/ca.pem of that server as --ca or KEDGE_CA'
      const says = `the fleet server ${failure.says}; ${advice}`
      throw new ServerError('http-failed', says, { cause })
    }
    const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
    const says = reason instanceof Error ? reason.message : String(reason)
    throw new ServerError(
      'http-failed',
      `cannot reach the fleet server (${says}); is it running, and is --url or KEDGE_URL right?`,
      { cause },
    )
  }
}

/** All items of a list, page by page. */
export async function* allPages<T>(
  readPage: (cursor: string) => Promise<{ items: T[]; next: string | null }>,
): AsyncGenerator<T> {
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: { items: T[]; next: string | null } = await readPage(cursor)
    yield* page.items
    cursor = page.next
  }
}

export async function collect<T>(all: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of all) items.push(item)
  return items
}
