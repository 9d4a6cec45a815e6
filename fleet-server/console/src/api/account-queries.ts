import { queryOptions } from '@tanstack/react-query'
import { api, bodyOf } from './client.js'
import type { AuditRecord, Page } from './documents.js'
import { everything, limit, paged } from './queries.js'

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

/** The whole trail from its first row, a page at a time. */
export async function* readTrail(): AsyncGenerator<readonly AuditRecord[]> {
  let cursor: string | null = ''
  while (cursor !== null) {
    const query = { order: 'oldest', limit: everything, ...(cursor !== '' && { cursor }) } as const
    const page: Page<AuditRecord> = await bodyOf(api.audit.$get({ query }))
    yield page.items
    cursor = page.next
  }
}
