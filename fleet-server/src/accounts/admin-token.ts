import { timingSafeEqual } from 'node:crypto'
import type { AdminToken } from './accounts.js'
import { hashOf } from './secret.js'

/** The token that DATA/admin-token or the command line holds. */
export function createAdminToken(adminToken: string): AdminToken {
  const hash = hashOf(adminToken)
  // Digests have one length, which timingSafeEqual needs and which hides that of the token.
  const expected = Buffer.from(hash)
  return { hash, matches: (token) => timingSafeEqual(Buffer.from(hashOf(token)), expected) }
}
