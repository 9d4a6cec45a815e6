import type { Problem } from '../../protocol/reported-state.js'
import type { SlotRecord } from '../device-record.js'
import { barOf } from '../release-bars.js'
import type { StepContext, StepResult } from './step-context.js'

/** Ends what must not run any more. What ran before serves again, if that may. */
export async function withdrawRelease(
  slot: string,
  reason: Problem,
  context: StepContext,
): Promise<StepResult> {
  await context.service.drop(slot)
  const { active, deployment, ...rest } = context.slots[slot] ?? {}
  const now = context.host.clock.now()
  const isDeployed = deployment?.release.sha256 === active?.release.sha256
  const over = deployment && isDeployed && { state: 'failed' as const, reason, since: now }
  return fallBack(
    { ...rest, withdrawn: reason, ...(deployment && { deployment: { ...deployment, ...over } }) },
    context,
  )
}

/**
 * The slot with the release before the lost one in its place; a step to start it follows. There is
 * nothing else to serve then, so that only a revocation keeps it from serving.
 */
export function fallBack(record: SlotRecord, { bars, host }: StepContext): SlotRecord {
  const { previous, ...rest } = record
  if (previous === undefined || barOf(bars, previous)?.code === 'release-revoked') return rest
  return { ...rest, active: { ...previous, since: host.clock.now() } }
}
