import type { Context, MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import type { Access, Action } from '../accounts/permissions.js'

/** What a route says of itself to those who guard it. */
export interface RouteAccess {
  /** Whom it lets in. */
  readonly action: Access
  /**
   * The name under which a success is kept in the audit trail, where that is not the action; null
   * for what changes nothing or records itself.
   */
  readonly records?: string | null
  /** The thing as it stands before the change, by the parameters of the path. */
  readonly before?: (params: Readonly<Record<string, string>>) => Promise<unknown>
  /** A further action that some requests of this route need. */
  readonly also?: {
    readonly action: Action
    readonly when: (request: RequestInOutline) => boolean
  }
  /** Whether a request is large enough to need a new proof, for actions of which only such do. */
  readonly isLarge?: (request: RequestInOutline) => Promise<boolean>
}

/** A request as it is before its route has checked it. */
export interface RequestInOutline {
  readonly params: Readonly<Record<string, string>>
  readonly body: unknown
  /** Id of who asks. */
  readonly actor: string
}

const said = new WeakMap<object, RouteAccess>()

/** Ties a handler of a route to whom it lets in. */
export function sayAccess<H extends MiddlewareHandler>(handler: H, access: RouteAccess): H {
  said.set(handler, access)
  return handler
}

/** What the route that answers this request says; undefined when there is none, or it says nothing. */
export const accessOf = (c: Context): RouteAccess | undefined => routeOf(c)?.access

/**
 * The parameters in the path, by the pattern of the route that will answer: before it runs, the
 * request itself knows only those of the handler that is running.
 */
export function routeParamsOf(c: Context): Readonly<Record<string, string>> {
  const values = c.req.path.split('/')
  const names = routeOf(c)?.path.split('/') ?? []
  const params = names.flatMap((name, i) =>
    name.startsWith(':') ? [[name.slice(1), safeDecode(values[i] ?? '')] as const] : [],
  )
  return Object.fromEntries(params)
}

function routeOf(c: Context): { access: RouteAccess; path: string } | undefined {
  for (const { handler, path } of matchedRoutes(c)) {
    const access = said.get(handler)
    if (access) return { access, path }
  }
  return undefined
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
