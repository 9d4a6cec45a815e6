import { z } from 'zod'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { roleSchema } from '../accounts/actor.js'
import type { Role } from '../accounts/permissions.js'

/** An OpenID provider by which people sign in. */
export interface OidcConfig {
  readonly issuer: string
  readonly clientId: string
  /** The claim whose values say what somebody may do; dots lead into objects. */
  readonly roleClaim: string
  /** Which value of the claim is which role. Without an entry, a value that names a role is it. */
  readonly roles: Readonly<Record<string, Role>>
}

export const oidcEnvironmentSchema = z.object({
  oidcIssuer: z.url().optional(),
  oidcClientId: z.string().min(1).optional(),
  oidcRoleClaim: z.string().min(1).default('groups'),
  /** `fleet-admins=admin,field=operator`. */
  oidcRoles: z.string().default(''),
})

/** @throws UsageError */
export function toOidc(checked: z.output<typeof oidcEnvironmentSchema>): {
  readonly oidc?: OidcConfig
} {
  const { oidcIssuer: issuer, oidcClientId: clientId, oidcRoleClaim: roleClaim } = checked
  if (issuer === undefined && clientId === undefined) return {}
  if (issuer === undefined || clientId === undefined) {
    throw new UsageError('usage', '--oidc-issuer and --oidc-client-id belong together')
  }
  return { oidc: { issuer, clientId, roleClaim, roles: toRoles(checked.oidcRoles) } }
}

function toRoles(text: string): Readonly<Record<string, Role>> {
  const pairs = text.split(',').filter(Boolean)
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.lastIndexOf('=')
      const role = roleSchema.safeParse(pair.slice(at + 1).trim())
      if (at > 0 && role.success) return [pair.slice(0, at).trim(), role.data]
      throw new UsageError(
        'usage',
        `--oidc-roles: cannot read "${pair}"; write it as group=role, with a role of ` +
          roleSchema.options.join(', '),
      )
    }),
  )
}
