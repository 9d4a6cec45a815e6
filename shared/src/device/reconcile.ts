import type { DesiredSlot, DesiredState } from '../protocol/desired-state.js'
import { isSettled, type Deployment } from './deployment-machine.js'
import { isEmpty, type DeviceRecord, type SlotRecord } from './device-record.js'
import type { Problem } from '../protocol/reported-state.js'
import { barOf, endOf, revocationOf } from './release-bars.js'

/** The next thing to do for one slot. */
export type Step =
  | { readonly kind: 'start'; readonly slot: string }
  | { readonly kind: 'begin'; readonly slot: string; readonly desired: DesiredSlot }
  | { readonly kind: 'settle'; readonly slot: string; readonly desired: DesiredSlot }
  | { readonly kind: DeploymentStep; readonly slot: string; readonly deployment: Deployment }
  | {
      readonly kind: 'refuse'
      readonly slot: string
      readonly deployment: Deployment
      readonly reason: Problem
    }
  | { readonly kind: 'withdraw'; readonly slot: string; readonly reason: Problem }
  | { readonly kind: 'drop'; readonly slot: string; readonly reason?: Problem }
  | { readonly kind: 'prune' }

export type DeploymentStep = 'resolve' | 'download' | 'verify' | 'probe' | 'switch'

/** What the device is, as far as deciding needs to know. */
export interface Current {
  readonly record: Pick<DeviceRecord, 'slots' | 'bars'>
  /** Whether what is desired is still valid: expiry gates changes, never inference. */
  readonly mayChange: boolean
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
  const wanted = current.mayChange ? desired?.slots : undefined
  const slots = new Set([...Object.keys(current.record.slots), ...Object.keys(wanted ?? {})])
  const steps: Step[] = []
  for (const slot of slots) {
    const record = own(current.record.slots, slot) ?? {}
    const step = wanted
      ? nextStep(slot, { wanted: own(wanted, slot), record, current })
      : keepServing(slot, { wanted: undefined, record, current })
    if (step) steps.push(step)
  }
  if (steps.length === 0 && current.untidy) steps.push({ kind: 'prune' })
  return steps
}

/** A model may be called `constructor`. */
const own = <T>(slots: Readonly<Record<string, T>>, slot: string): T | undefined =>
  Object.hasOwn(slots, slot) ? slots[slot] : undefined

interface SlotFacts {
  readonly wanted: DesiredSlot | undefined
  readonly record: SlotRecord
  readonly current: Current
}

/**
 * What must not run any more ends, and what was verified runs: neither takes a network, or a desired
 * state that is still valid.
 */
function keepServing(slot: string, { wanted, record, current }: SlotFacts): Step | undefined {
  const { active } = record
  if (!active) return undefined
  const reason = endOf(current.record.bars, record)
  if (reason) return { kind: 'withdraw', slot, reason }
  if (current.running.has(slot)) return undefined
  // One that cannot be started must not keep the one that mends it away.
  if (current.stuck.has(slot) && wanted && hasOtherWork(wanted, record)) return undefined
  return { kind: 'start', slot }
}

function nextStep(slot: string, facts: SlotFacts): Step | undefined {
  const { wanted, record, current } = facts
  if (!wanted) return letGo(slot, facts)
  // Serving comes first: whatever is to be deployed, the version that was verified runs meanwhile.
  const serving = keepServing(slot, facts)
  if (serving) return serving
  const { active, deployment } = record
  if (!deployment || !isFor(deployment, wanted)) {
    const serves = active?.release.sha256 === wanted.release.sha256
    return { kind: serves ? 'settle' : 'begin', slot, desired: wanted }
  }
  const reason = isSettled(deployment) ? undefined : barOf(current.record.bars, deployment)
  if (reason) return { kind: 'refuse', slot, deployment, reason }
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
      return active?.release.sha256 === deployment.release.sha256
        ? undefined
        : { kind: 'begin', slot, desired: wanted }
    case 'failed':
      return undefined
  }
}

/**
 * What nobody wants any more goes. What was revoked is not wanted either, and stays in the record as
 * the reason why the slot serves nothing, until another release arrives.
 */
function letGo(slot: string, { record, current }: SlotFacts): Step | undefined {
  const reason = revocationOf(current.record.bars, record)
  if (reason === undefined) return { kind: 'drop', slot }
  return isEmpty(record) ? undefined : { kind: 'drop', slot, reason }
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
