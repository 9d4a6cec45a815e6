import type { Context } from 'hono'

/** The body of a request, before its route has checked it; undefined where it is no JSON. */
export async function bodyOf(c: Context): Promise<unknown> {
  if (!c.req.header('content-type')?.startsWith('application/json')) return undefined
  try {
    // Kept by the request, so that the route can read it too.
    return JSON.parse(await c.req.text()) as unknown
  } catch {
    return undefined
  }
}
