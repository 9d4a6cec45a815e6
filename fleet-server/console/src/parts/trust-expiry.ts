import type { TrustView } from '../api/documents.js'

type TrustRole = Pick<TrustView['roles'][number], 'role' | 'expires' | 'renewal'>

/** A role whose signed file people have to sign anew, or whose server has failed to. */
export interface ExpiringRole {
  readonly role: string
  readonly isPast: boolean
  /** What is the matter, for a sentence. */
  readonly says: string
  /** What signs it anew, where its keys are; undefined where the server should have done so. */
  readonly command: string | undefined
}

/** What needs somebody's signature soon, the first to expire first. */
export function expiringRoles(roles: readonly TrustRole[], now: number): ExpiringRole[] {
  return [...roles]
    .sort((a, b) => (a.expires ?? Infinity) - (b.expires ?? Infinity))
    .flatMap((role) => expiringRole(role, now) ?? [])
}

export function expiringRole(
  { role, expires, renewal }: TrustRole,
  now: number,
): ExpiringRole | undefined {
  const isPast = expires !== null && expires <= now
  if (renewal !== null) {
    // The server names the command in the quotes of code.
    const [says = renewal, command] = renewal.split('`')
    return { role, isPast, says, command }
  }
  const says = `${role} has expired. The server signs it by itself and has not: look at its log.`
  return isPast ? { role, isPast, says, command: undefined } : undefined
}
