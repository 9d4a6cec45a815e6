import { TrustError } from '@kedge/shared/errors/trust-error'
import { Hours } from '@kedge/shared/util/units'
import type { StoredMetadata } from './metadata-repository.js'

type Expiring = Pick<StoredMetadata, 'role' | 'expires'>

/** Before this there is still time for somebody to fetch a key out of a safe. */
const notice = Hours(14 * 24)

/** Whether the server signs the role by itself, day by day. */
export const isOnline = ({ role }: Pick<StoredMetadata, 'role'>): boolean =>
  role === 'snapshot' || role === 'timestamp'

export const expiresSoon = ({ expires }: Pick<Expiring, 'expires'>, now: number): boolean =>
  expires - now <= notice

/** What somebody with keys has to do, and by when; null while it is not due, or the server's part. */
export function renewalAdvice(file: Expiring, now: number): string | null {
  if (isOnline(file) || !expiresSoon(file, now)) return null
  const { role, expires } = file
  const day = new Date(expires).toISOString().slice(0, 10)
  const model = modelOf(role)
  const command =
    model === undefined
      ? `kedge key renew ${role} --key KEY`
      : `kedge model renew ${model} --key KEY`
  return expires <= now
    ? `${role} expired on ${day}, and devices take no change until it is signed anew: \`${command}\``
    : `${role} expires on ${day}; sign it anew before: \`${command}\``
}

/**
 * Devices would refuse any change that builds on an expired file.
 *
 * @throws TrustError `metadata-expired`, naming the command that signs it anew
 */
export function checkCurrent(files: Iterable<Expiring>, now: number): void {
  for (const file of files) {
    if (isOnline(file) || file.expires > now) continue
    throw new TrustError('metadata-expired', renewalAdvice(file, now) ?? `${file.role} has expired`)
  }
}

const modelOf = (role: string): string | undefined => /^model\.(.+)$/.exec(role)?.[1]
