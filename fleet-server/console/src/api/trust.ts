import { queryOptions } from '@tanstack/react-query'
import { answerTo } from './client.js'
import { ApiError } from './problem.js'

interface TrustRole {
  readonly role: string
  readonly version: number | null
  /** ms since the epoch; null for a role that signs no metadata. */
  readonly expires: number | null
  readonly threshold: number
  readonly keys: readonly { readonly id: string; readonly onServer: boolean }[]
}

/** Who may sign what, until when, and which of the keys can be read on the server. */
export interface TrustView {
  readonly fleet: string
  readonly epoch: number
  readonly rootVersion: number
  readonly development: boolean
  readonly advice: string | null
  readonly roles: readonly TrustRole[]
}

/** Null on a server that keeps no signed metadata. */
export const trustQuery = () =>
  queryOptions({ queryKey: ['trust'], queryFn: readTrust, staleTime: 60_000 })

async function readTrust(): Promise<TrustView | null> {
  try {
    const response = await answerTo(fetch('/api/v1/trust'))
    const body: unknown = await response.json()
    return isTrustView(body) ? body : null
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null
    throw error
  }
}

const isTrustView = (body: unknown): body is TrustView =>
  typeof body === 'object' &&
  body !== null &&
  'development' in body &&
  'roles' in body &&
  Array.isArray(body.roles)

/**
 * What this server offers, as `post /devices/{id}/revoke`: consoles and servers are not always of
 * one version, and nothing is offered here that the server cannot do.
 */
export const offersQuery = () =>
  queryOptions({ queryKey: ['offers'], queryFn: readOffers, staleTime: Infinity })

interface OpenApi {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

async function readOffers(): Promise<ReadonlySet<string>> {
  const response = await answerTo(fetch('/api/v1/openapi.json'))
  const { paths = {} } = (await response.json()) as OpenApi
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path.replace(/^\/api\/v1/, '')}`),
  )
  return new Set(routes)
}

export const revokeRoute = 'post /models/{name}/releases/{version}/revoke'

export const revokeRelease = (model: string, version: string, reason: string) =>
  send(`/models/${encodeURIComponent(model)}/releases/${encodeURIComponent(version)}/revoke`, {
    reason,
  })

const send = (path: string, body: unknown) =>
  answerTo(
    fetch(`/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  )
