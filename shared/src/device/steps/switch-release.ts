import { advance, type Deployment } from '../deployment-machine.js'
import type { StepContext, StepResult } from './step-context.js'

/** Moves the traffic to the probed candidate; calls that are under way end on the old version. */
export function switchRelease(
  slot: string,
  deployment: Deployment,
  { host, service, slots }: StepContext,
): StepResult {
  const now = host.clock.now()
  const variant = service.promoteCandidate(slot, deployment.release.sha256, now)
  if (variant === undefined) {
    return { ...slots[slot], deployment: advance(deployment, { type: 'candidate-lost' }, now) }
  }
  return {
    active: { release: deployment.release, since: now, variant },
    deployment: advance(deployment, { type: 'switched' }, now),
  }
}
