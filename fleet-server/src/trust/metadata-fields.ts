import type { SignedDocument } from '@kedge/shared/trust/tuf/documents'
import { Hours, type Ms } from '@kedge/shared/util/units'

const days = (n: number) => Hours(24 * n)

/** How long a file counts after it was signed: the longer, the further away its key is kept. */
export const lifetimes = {
  root: days(365),
  targets: days(180),
  model: days(90),
  snapshot: days(7),
  timestamp: Hours(24),
} as const

/** The fields that every role's file has (TUF 4.3). */
export const signedFields = (version: number, expires: number) => ({
  spec_version: '1.0.31',
  version,
  expires: formatExpiry(expires),
})

/** ISO 8601 in UTC without fractions, the only form that TUF has (4.2.1). */
const formatExpiry = (at: number): string => new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z')

export const expiryOf = ({ expires }: Pick<SignedDocument, 'expires'>): number =>
  Date.parse(expires)

/**
 * From the clock in seconds, so that a database restored from a backup goes on above what devices
 * hold. Only for roles that are signed here; the others count up by one.
 */
export const nextOnlineVersion = (previous: number, now: Ms): number =>
  Math.max(previous + 1, Math.floor(now / 1_000))
