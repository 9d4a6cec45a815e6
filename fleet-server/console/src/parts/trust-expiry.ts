import type { TrustView } from '../api/documents.js'

type TrustRole = TrustView['roles'][number]

/** A role whose signed files people have to sign anew, or whose server has failed to. */
export interface ExpiringRole {
  readonly role: string
  /** ms since the epoch. */
  readonly expires: number
  readonly isPast: boolean
  /** What signs it anew, where its keys are; undefined where the server should have done so. */
  readonly command: string | undefined
}

/** Long enough to fetch keys that are kept offline. */
const soonMs = 14 * 86_400_000

/** The server signs these anew by itself, long before they end. */
export const isRenewedByServer = (role: string): boolean =>
  role === 'snapshot' || role === 'timestamp'

/** What needs somebody's signature soon, the first to expire first. */
export function expiringRoles({ roles }: Pick<TrustView, 'roles'>, now: number): ExpiringRole[] {
  return roles
    .flatMap(({ role, expires }) =>
      expires !== null && expires - now <= patienceFor(role)
        ? [{ role, expires, isPast: expires <= now, command: commandFor(role) }]
        : [],
    )
    .sort((a, b) => a.expires - b.expires)
}

const patienceFor = (role: TrustRole['role']): number => (isRenewedByServer(role) ? 0 : soonMs)

function commandFor(role: string): string | undefined {
  if (isRenewedByServer(role)) return undefined
  return role.startsWith('model.')
    ? `kedge model renew ${role.slice('model.'.length)} --key PUBLISHER.json`
    : `kedge key renew ${role} --key ./kedge-keys/${role}.json`
}
