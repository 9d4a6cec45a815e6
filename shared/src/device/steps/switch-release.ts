import type { ReleaseRef } from '../../model/release.js'
import { advance, type Deployment } from '../deployment-machine.js'
import type { Installed, SlotRecord } from '../device-record.js'
import type { StepContext, StepResult } from './step-context.js'

/** Moves the traffic to the probed candidate; calls that are under way end on the old version. */
export function switchRelease(
  slot: string,
  deployment: Deployment,
  { host, service, slots }: StepContext,
): StepResult {
  const now = host.clock.now()
  const record = slots[slot] ?? {}
  const variant = service.promoteCandidate(slot, deployment.release.sha256, now)
  if (variant === undefined) {
    return { ...record, deployment: advance(deployment, { type: 'candidate-lost' }, now) }
  }
  const { release, counter = 0 } = deployment
  const previous = previousOf(record, release)
  return {
    active: { release, since: now, variant, counter },
    ...(previous && { previous }),
    deployment: advance(deployment, { type: 'switched' }, now),
  }
}

/** What served until now, unless it was the same release. */
function previousOf({ active, previous }: SlotRecord, next: ReleaseRef): Installed | undefined {
  if (active === undefined || active.release.sha256 === next.sha256) return previous
  const { since: _since, ...installed } = active
  return installed
}
