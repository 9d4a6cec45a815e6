import type { Context } from 'hono'

/**
 * The body of a request, before its route has checked it; undefined where it is no JSON. What its
 * header calls it does not count: routes take several names for JSON, and none may slip by here.
 */
export async function bodyOf(c: Context): Promise<unknown> {
  try {
    // Kept by the request, so that the route can read it too.
    return JSON.parse(await c.req.text()) as unknown
  } catch {
    return undefined
  }
}
