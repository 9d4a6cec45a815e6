import type { OidcConfig } from '../config/oidc-config.js'
import { roles, type Role } from './permissions.js'

type Claims = Readonly<Record<string, unknown>>

/** The highest role that somebody's claims give; undefined when they give none. */
export function roleOf(claims: Claims, config: Pick<OidcConfig, 'roleClaim' | 'roles'>) {
  const values = new Set(valuesOf(claims, config.roleClaim))
  const hasMap = Object.keys(config.roles).length > 0
  const given = new Set<Role>()
  for (const value of values) {
    const role = hasMap ? config.roles[value] : roles.find((name) => name === value)
    if (role !== undefined) given.add(role)
  }
  // In the order of the table, which begins with the one who may do most.
  return roles.find((role) => given.has(role))
}

/** `realm_access.roles` leads into objects; a claim may also have a dot in its own name. */
function valuesOf(claims: Claims, name: string): string[] {
  let value: unknown = claims[name]
  if (value === undefined) {
    value = name
      .split('.')
      .reduce<unknown>(
        (at, key) => (isRecord(at) && Object.hasOwn(at, key) ? at[key] : undefined),
        claims,
      )
  }
  const list: unknown[] = Array.isArray(value) ? value : [value]
  return list.filter((item) => typeof item === 'string')
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
