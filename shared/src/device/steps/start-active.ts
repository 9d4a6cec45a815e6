import type { SlotRecord } from '../device-record.js'
import { isDamage } from '../release-loader.js'
import { fallBack } from './withdraw-release.js'
import { loadRunner } from './load-runner.js'
import type { StepContext, StepResult } from './step-context.js'

/** Starts the version that was serving when the device or its runner went down. */
export async function startActive(slot: string, context: StepContext): Promise<StepResult> {
  const record = context.slots[slot] ?? {}
  const { active, ...rest } = record
  if (!active) return record
  try {
    context.service.install(slot, await loadRunner(active.release, context), active.since)
    return withoutReason(record)
  } catch (error) {
    if (!isDamage(error)) throw error
    context.host.log.warn('the stored model is damaged and will be fetched again', { slot })
    return fallBack(rest, context)
  }
}

/** The record of a slot that serves again: why it did not is over. */
function withoutReason(record: SlotRecord): SlotRecord {
  const { active, deployment } = record
  if (!deployment || deployment.release.sha256 !== active?.release.sha256) return record
  const { reason: _over, ...kept } = deployment
  return { active, deployment: kept }
}
