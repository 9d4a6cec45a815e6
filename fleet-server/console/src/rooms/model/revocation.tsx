import type { Release } from '../../api/documents.js'
import { Mark } from '../../parts/mark.js'
import { TimeAgo } from '../../parts/time-ago.js'

/** Since when and why a release must not run; nothing while it may. */
export function Revoked({ release: { revoked } }: { release: Release }) {
  if (revoked === null) return null
  return (
    <div>
      <Mark tone="bad" shape="cross">
        revoked <TimeAgo at={revoked.at} />
      </Mark>
      <div className="soft small">{revoked.reason}</div>
    </div>
  )
}
