import type { Role } from '../api/documents.js'
import { mayGrant, roles } from '../../../src/accounts/permissions.js'

/** What each role may, to be read after that word. */
export const roleWords: Readonly<Record<Role, string>> = {
  owner: 'do everything, also replace root keys',
  admin: 'do all but what only owners may',
  publisher: 'push and revoke releases',
  operator: 'enrol and change devices, and roll out',
  viewer: 'look, and change nothing',
  auditor: 'look, also at people and the audit trail',
}

/** The roles that somebody may give away, as the choices of a select. */
export const grantableRoles = (granter: Role | undefined): { value: Role; label: string }[] =>
  roles
    .filter((role) => granter !== undefined && mayGrant(granter, role))
    .map((role) => ({ value: role, label: role }))

export const mayChange = (granter: Role | undefined, role: Role): boolean =>
  granter !== undefined && mayGrant(granter, role)
