import { matchesSelector, parseSelector } from '@kedge/shared/protocol/selector'
import type { DesiredSlot } from '@kedge/shared/protocol/desired-state'
import type { ReportedSlot } from '@kedge/shared/protocol/reported-state'
import { formatBytes } from '@kedge/shared/util/units'
import type { ServerContext } from '../context.js'
import type { StoredRollout } from '../rollouts/rollout-repository.js'
import { selectableLabels, type Device, type Explanation } from './device.js'
import { findDevice } from './list-devices.js'

type Item = Explanation['items'][number]
type Verdict = Pick<Item, 'verdict' | 'says'>

/** Says for each model why the device runs it, or does not. @throws UsageError `not-found` */
export async function explainDevice(
  { devices, rollouts }: Pick<ServerContext, 'devices' | 'rollouts'>,
  id: string,
): Promise<Explanation> {
  const device = await findDevice({ devices }, id)
  const effective = await rollouts.effective()
  const models = new Set([
    ...effective.map(({ model }) => model),
    ...Object.keys(device.desired?.slots ?? {}),
    ...Object.keys(device.reported?.slots ?? {}),
  ])
  return {
    device: id,
    items: [...models].sort().map((slot) => {
      const desired = device.desired?.slots[slot]
      if (device.alarm) return { slot, verdict: 'blocked' as const, says: device.alarm.message }
      const verdict = desired
        ? explainSlot(device, desired, device.reported?.slots[slot])
        : explainAbsence(
            device,
            effective.filter(({ model }) => model === slot),
          )
      return { slot, ...verdict }
    }),
  }
}

/** Where a device stands with what it is to run. */
export function explainSlot(
  device: Pick<Device, 'presence' | 'lastSeen'>,
  desired: DesiredSlot,
  reported: ReportedSlot | undefined,
): Verdict {
  const wanted = `${desired.release.version} (rollout ${desired.rollout})`
  const { running, deployment } = reported ?? {}
  const isAbout =
    deployment?.release.sha256 === desired.release.sha256 &&
    deployment.rollout === desired.rollout &&
    deployment.attempt === desired.attempt
  const keeps = running ? `; it keeps running ${running.release.version}` : ''
  if (isAbout && deployment.state === 'failed') {
    const reason = deployment.reason
      ? `${deployment.reason.code}: ${deployment.reason.message}`
      : ''
    return { verdict: 'blocked', says: `${wanted} failed here: ${reason || 'no reason'}${keeps}` }
  }
  if (running?.release.sha256 === desired.release.sha256) {
    return { verdict: 'as-desired', says: `runs ${wanted} on ${running.provider}` }
  }
  if (device.presence === 'offline') {
    const seen = device.lastSeen === null ? 'it has never connected' : 'it is offline'
    return { verdict: 'blocked', says: `is to run ${wanted}, but ${seen}${keeps}` }
  }
  if (!isAbout) {
    return { verdict: 'working', says: `is to run ${wanted}; it has not answered yet${keeps}` }
  }
  return {
    verdict: 'working',
    says: `${wanted} is ${deployment.state}${progressOf(reported)}${keeps}`,
  }
}

function progressOf(reported: ReportedSlot | undefined): string {
  const { progress, reason } = reported?.deployment ?? {}
  const bytes = progress ? `, ${formatBytes(progress.done)} of ${formatBytes(progress.total)}` : ''
  return reason ? `${bytes}, waiting: ${reason.message}` : bytes
}

function explainAbsence(device: Device, rollouts: readonly StoredRollout[]): Verdict {
  const labels = selectableLabels(device)
  const paused = rollouts.find(
    ({ state, selector }) => state === 'paused' && matchesSelector(parseSelector(selector), labels),
  )
  if (paused) {
    return { verdict: 'blocked', says: `rollout ${paused.id} selects it, but is paused` }
  }
  const selectors = rollouts.map(({ selector }) => `"${selector}"`).join(', ')
  return {
    verdict: 'not-targeted',
    says: selectors ? `no rollout selects it: ${selectors}` : 'no rollout sends it this model',
  }
}
