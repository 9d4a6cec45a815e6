import type { Role } from '../api/documents.js'
import { mayGrant, roles } from '../../../src/accounts/permissions.js'

/** What each role is for, in half a line. */
export const roleWords: Readonly<Record<Role, string>> = {
  owner: 'may do everything, the root of trust included',
  admin: 'people, tokens, publishers, models, devices and rollouts',
  publisher: 'pushes and revokes releases',
  operator: 'devices, enrolment and rollouts',
  viewer: 'looks, and changes nothing',
  auditor: 'looks, at people, tokens and the audit trail too',
}

/** The roles that somebody may give away, as the choices of a select. */
export const grantableRoles = (granter: Role | undefined): { value: Role; label: string }[] =>
  roles
    .filter((role) => granter !== undefined && mayGrant(granter, role))
    .map((role) => ({ value: role, label: role }))

export const mayChange = (granter: Role | undefined, role: Role): boolean =>
  granter !== undefined && mayGrant(granter, role)
