import { describeRoute, resolver } from 'hono-openapi'
import { z } from 'zod'
import { problemSchema, RequestError } from './problem.js'
import { sayAccess, type RouteAccess } from './route-access.js'

interface RouteDescription extends RouteAccess {
  readonly tag: string
  readonly summary: string
  /** What success answers; absent for no content. */
  readonly answer?: z.ZodType
  readonly status?: 200 | 201 | 204 | 302
}

/**
 * A route as the OpenAPI document shows it: its answer, and problem documents for everything else.
 * Also says whom it lets in, without which nobody gets past the guard.
 */
export const describe = ({ tag, summary, answer, status = 200, ...access }: RouteDescription) =>
  sayAccess(
    describeRoute({
      tags: [tag],
      summary,
      ...(isOpen(access.action) ? { security: [] } : {}),
      'x-kedge-action': access.action,
      ...(access.also && { 'x-kedge-also': access.also.action }),
      responses: {
        [status]: {
          description: summary,
          ...(answer ? { content: { 'application/json': { schema: resolver(answer) } } } : {}),
        },
        default: {
          description: 'What went wrong (RFC 9457).',
          content: { 'application/problem+json': { schema: resolver(problemSchema) } },
        },
      },
    } as Parameters<typeof describeRoute>[0]),
    access,
  )

const isOpen = (action: RouteAccess['action']) => action === 'anyone' || action === 'device'

/** A page of a list; `next` is the cursor of the following one, null at the end. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next: z.string().nullable() })

interface Refusable {
  readonly success: boolean
  readonly target: string
  readonly error?: readonly {
    readonly message: string
    readonly path?: readonly unknown[] | undefined
  }[]
}

/** What a validator does with a request that its schema does not accept. @throws RequestError */
export function refuseInvalid(result: Refusable): void {
  if (result.success) return
  throw new RequestError(
    (result.error ?? []).map(({ path = [], message }) => ({
      path: [result.target, ...path.map(toKey)].join('.'),
      message,
    })),
  )
}

const toKey = (segment: unknown): string =>
  typeof segment === 'object' && segment !== null && 'key' in segment
    ? String(segment.key)
    : String(segment)

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  cursor: z.string().max(200).default(''),
})
