import { getConnInfo } from '@hono/node-server/conninfo'
import type { Context } from 'hono'

/** The other end of the socket; what headers claim about it is anybody's word. */
export function addressOf(c: Context): string {
  try {
    return getConnInfo(c).remote.address ?? 'unknown'
  } catch {
    // A request that came by no socket, as in tests.
    return 'local'
  }
}
