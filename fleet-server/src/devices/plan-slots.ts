import type { DesiredSlot } from '@kedge/shared/protocol/desired-state'
import { matchesSelector, type Selector } from '@kedge/shared/protocol/selector'
import type { ReleaseRef } from '@kedge/shared/model/release'
import { selectableLabels, type Device } from './device.js'

/** What of a rollout decides where its release goes. */
export interface PlannedRollout {
  readonly id: string
  readonly release: ReleaseRef
  readonly selector: Selector
  readonly isPaused: boolean
}

export type Slots = Readonly<Record<string, DesiredSlot>>

/**
 * What a device is to run: for each model the newest rollout that selects the device decides.
 * A paused one keeps the devices it has and takes no others.
 *
 * @param rollouts newest first, without aborted ones
 * @param attempts how often each rollout was retried on this device
 */
export function planSlots(
  device: Pick<Device, 'id' | 'kind' | 'labels' | 'desired' | 'reported'>,
  rollouts: readonly PlannedRollout[],
  attempts: ReadonlyMap<string, number>,
): Slots {
  const labels = selectableLabels(device)
  const current = device.desired?.slots ?? {}
  const own = device.reported?.capabilities.class
  const hardware = own === undefined ? {} : { class: own }
  const slots = new Map<string, DesiredSlot>()
  for (const { id, release, selector, isPaused } of rollouts) {
    if (slots.has(release.model) || !matchesSelector(selector, labels)) continue
    const held = current[release.model]
    const isHeld = held?.rollout === id
    if (isPaused && !isHeld) continue
    const attempt = isPaused && isHeld ? held.attempt : (attempts.get(id) ?? 0)
    slots.set(release.model, { release, mode: 'active', rollout: id, attempt, ...hardware })
  }
  // In the order of the names, so that equal plans are equal documents.
  return Object.fromEntries([...slots].sort(([a], [b]) => (a < b ? -1 : 1)))
}
