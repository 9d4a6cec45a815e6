import { matchesSelector, parseSelector } from '@kedge/shared/protocol/selector'
import type { Device, Rollout } from '../../api/documents.js'

/** Devices that go to one version; `null`: they stop running the model. */
export interface AbortEffect {
  readonly version: string | null
  readonly devices: number
}

/**
 * What an abort does to whom: a device that this rollout decides for falls back to the newest other
 * rollout of the model that selects it and takes devices, as the server decides.
 *
 * @param rollouts in any order; aborted and paused ones take nobody
 */
export function planAbort(
  rollout: Rollout,
  rollouts: readonly Rollout[],
  devices: readonly Device[],
): AbortEffect[] {
  const others = rollouts
    .filter(({ id, model }) => id !== rollout.id && model === rollout.model)
    .filter(({ state }) => state === 'running' || state === 'superseded')
    .sort((a, b) => b.createdAt - a.createdAt)
    .map(({ version, select }) => ({ version, selector: parseSelector(select) }))
  const counts = new Map<string | null, number>()
  for (const device of devices) {
    if (device.desired?.slots[rollout.model]?.rollout !== rollout.id) continue
    // The server selects by what a device is as well as by what it is called.
    const labels = { ...device.labels, kind: device.kind, id: device.id }
    const next = others.find(({ selector }) => matchesSelector(selector, labels))
    const version = next?.version ?? null
    counts.set(version, (counts.get(version) ?? 0) + 1)
  }
  return [...counts]
    .map(([version, count]) => ({ version, devices: count }))
    .sort((a, b) => b.devices - a.devices)
}
