import type { Device } from '../../api/documents.js'

export interface RolloutPreview {
  readonly matched: number
  readonly online: number
  /** What the devices run of the model now, most devices first; `null` is nothing. */
  readonly running: readonly { readonly version: string | null; readonly devices: number }[]
  /** Devices that run the version already. */
  readonly already: number
}

/** What a rollout of `model` at `version` to these devices would meet. */
export function previewRollout(
  devices: readonly Device[],
  { model, version }: { model: string; version: string },
): RolloutPreview {
  const counts = new Map<string | null, number>()
  for (const device of devices) {
    const running = device.reported?.slots[model]?.running?.release.version ?? null
    counts.set(running, (counts.get(running) ?? 0) + 1)
  }
  return {
    matched: devices.length,
    online: devices.filter((device) => device.presence === 'online').length,
    running: [...counts]
      .map(([running, count]) => ({ version: running, devices: count }))
      .sort((a, b) => b.devices - a.devices),
    already: counts.get(version) ?? 0,
  }
}
