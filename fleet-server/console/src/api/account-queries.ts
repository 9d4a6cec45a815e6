import { queryOptions } from '@tanstack/react-query'
import { api, bodyOf } from './client.js'
import { limit, paged } from './queries.js'

export const usersQuery = () =>
  paged(['users'], (cursor) => bodyOf(api.users.$get({ query: { cursor, limit } })))

export const serviceTokensQuery = () =>
  paged(['service-tokens'], (cursor) =>
    bodyOf(api['service-tokens'].$get({ query: { cursor, limit } })),
  )

/** The passkeys of who is signed in. */
export const passkeysQuery = () =>
  queryOptions({ queryKey: ['passkeys'], queryFn: () => bodyOf(api.passkeys.$get()) })

export interface AuditFilter {
  readonly actor?: string
  readonly action?: string
}

/** The trail, newest first. */
export const auditQuery = ({ actor = '', action = '' }: AuditFilter) =>
  paged(['audit', actor, action], (cursor) =>
    bodyOf(
      api.audit.$get({
        query: {
          limit,
          ...(cursor !== '' && { cursor }),
          ...(actor !== '' && { actor }),
          ...(action !== '' && { action }),
        },
      }),
    ),
  )
