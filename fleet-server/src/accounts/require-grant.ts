import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { Actor } from './actor.js'
import { mayGrant, type Role } from './permissions.js'

/**
 * Nobody gives or takes what is more than they have; a token of a few actions has less than any role.
 *
 * @throws UsageError `forbidden`
 */
export function requireGrant(by: Actor, role: Role): void {
  if (by.actions === undefined && mayGrant(by.role, role)) return
  throw new UsageError('forbidden', `${by.name} may not give or take the role ${role}`)
}
