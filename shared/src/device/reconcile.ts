import type { DesiredSlot, DesiredState } from '../protocol/desired-state.js'
import { isSettled, type Deployment } from './deployment-machine.js'
import type { DeviceRecord, SlotRecord } from './device-record.js'

/** The next thing to do for one slot. */
export type Step =
  | { readonly kind: 'start'; readonly slot: string }
  | { readonly kind: 'begin'; readonly slot: string; readonly desired: DesiredSlot }
  | { readonly kind: 'settle'; readonly slot: string; readonly desired: DesiredSlot }
  | { readonly kind: DeploymentStep; readonly slot: string; readonly deployment: Deployment }
  | { readonly kind: 'drop'; readonly slot: string }
  | { readonly kind: 'prune' }

export type DeploymentStep = 'resolve' | 'download' | 'verify' | 'probe' | 'switch'

/** What the device is, as far as deciding needs to know. */
export interface Current {
  readonly record: DeviceRecord
  /** Digest of the release each slot's running runner serves. */
  readonly running: ReadonlyMap<string, string>
  /** Slots whose version could not be started the last time. */
  readonly stuck: ReadonlySet<string>
  /** Whether files may lie in the store that nothing names any more. */
  readonly untidy: boolean
}

/**
 * What has to be done next, given what the device should be and what it is: at most one step a slot.
 * Carrying the steps out and asking again, until there is none, brings the device to its desired state.
 */
export function reconcile(desired: DesiredState | undefined, current: Current): Step[] {
  if (!desired) return []
  const { slots } = current.record
  const steps: Step[] = []
  for (const slot of Object.keys(slots)) {
    if (!Object.hasOwn(desired.slots, slot)) steps.push({ kind: 'drop', slot })
  }
  for (const [slot, wanted] of Object.entries(desired.slots)) {
    const step = nextStep(slot, { wanted, record: ownSlot(slots, slot), current })
    if (step) steps.push(step)
  }
  if (steps.length === 0 && current.untidy) steps.push({ kind: 'prune' })
  return steps
}

/** A model may be called `constructor`. */
const ownSlot = (slots: DeviceRecord['slots'], slot: string): SlotRecord =>
  (Object.hasOwn(slots, slot) ? slots[slot] : undefined) ?? {}

interface SlotFacts {
  readonly wanted: DesiredSlot
  readonly record: SlotRecord
  readonly current: Current
}

function nextStep(slot: string, { wanted, record, current }: SlotFacts): Step | undefined {
  const { active, deployment } = record
  // Serving comes first: whatever is to be deployed, the version that was verified runs meanwhile.
  // One that cannot be started must not keep the one that mends it away.
  const isDown = active !== undefined && !current.running.has(slot)
  if (isDown && !(current.stuck.has(slot) && hasOtherWork(wanted, record))) {
    return { kind: 'start', slot }
  }
  if (!deployment || !isFor(deployment, wanted)) {
    const serves = active?.release.sha256 === wanted.release.sha256
    return { kind: serves ? 'settle' : 'begin', slot, desired: wanted }
  }
  switch (deployment.state) {
    case 'resolving':
      return { kind: 'resolve', slot, deployment }
    case 'downloading':
      return { kind: 'download', slot, deployment }
    case 'verifying':
      return { kind: 'verify', slot, deployment }
    case 'probing':
      return { kind: 'probe', slot, deployment }
    case 'switching':
      return { kind: 'switch', slot, deployment }
    case 'active':
      // It was switched to and lost since, for instance with a corrupt file: deploy it again.
      return active ? undefined : { kind: 'begin', slot, desired: wanted }
    case 'failed':
      return undefined
  }
}

/** Whether another release than the active one is on its way, and can still arrive. */
function hasOtherWork(wanted: DesiredSlot, { active, deployment }: SlotRecord): boolean {
  if (active?.release.sha256 === wanted.release.sha256) return false
  return !deployment || !isFor(deployment, wanted) || !isSettled(deployment)
}

/**
 * Whether a deployment answers what is wanted. A failed one answers until an operator retries, or
 * rolls the same release out anew.
 */
function isFor({ release, rollout, attempt }: Deployment, wanted: DesiredSlot): boolean {
  return (
    release.sha256 === wanted.release.sha256 &&
    rollout === wanted.rollout &&
    attempt >= wanted.attempt
  )
}
