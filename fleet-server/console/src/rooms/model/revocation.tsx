import type { Release } from '../../api/documents.js'
import { Mark } from '../../parts/mark.js'
import { TimeAgo } from '../../parts/time-ago.js'

export interface Revocation {
  readonly at: number
  readonly reason: string
}

/** Since when and why a release must not run; undefined while it may. */
export function revocationOf(release: Release): Revocation | undefined {
  const { revoked }: Readonly<Record<string, unknown>> = { ...release }
  return isRevocation(revoked) ? revoked : undefined
}

const isRevocation = (value: unknown): value is Revocation =>
  typeof value === 'object' &&
  value !== null &&
  'at' in value &&
  typeof value.at === 'number' &&
  'reason' in value &&
  typeof value.reason === 'string'

export function Revoked({ release }: { release: Release }) {
  const revocation = revocationOf(release)
  if (revocation === undefined) return null
  return (
    <div>
      <Mark tone="bad" shape="cross">
        revoked <TimeAgo at={revocation.at} />
      </Mark>
      <div className="soft small">{revocation.reason}</div>
    </div>
  )
}
