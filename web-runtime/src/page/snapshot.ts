import type { Device } from '@kedge/shared/device/device'
import type { Problem } from '@kedge/shared/protocol/reported-state'
import type { WebInferenceHost } from '../inference/web-inference-host.js'
import type { ModelProgress, ModelVersion, RuntimeState, Snapshot } from './runtime-events.js'
import type { Session } from './session.js'

export interface SnapshotParts {
  readonly session: Session | undefined
  readonly inference: Pick<WebInferenceHost, 'choiceFor'> | undefined
  readonly closed: boolean
  readonly problem: Problem | undefined
}

export const emptySnapshot: Snapshot = {
  state: { role: 'starting', online: false },
  versions: [],
  progress: [],
}

/** What the runtime is at this moment. */
export async function takeSnapshot(parts: SnapshotParts): Promise<Snapshot> {
  const { session, problem, closed } = parts
  if (!session) return { ...emptySnapshot, state: stateOf(parts, problem) }
  const { device } = session
  const status = await device.status()
  const slots = Object.entries(status.slots)
  return {
    state: stateOf(parts, closed ? problem : (problem ?? status.problems[0])),
    versions: slots.flatMap(([model]) => versionOf(model, device, parts.inference) ?? []),
    progress: slots.flatMap(([model, { deployment }]): ModelProgress[] => {
      if (!deployment) return []
      const { release, state: phase, progress: bytes, reason } = deployment
      return [
        {
          model,
          version: release.version,
          phase,
          ...(bytes && { bytes }),
          ...(reason && { reason }),
        },
      ]
    }),
  }
}

function stateOf({ session, closed }: SnapshotParts, problem: Problem | undefined): RuntimeState {
  return {
    role: closed ? 'closed' : (session?.role ?? 'starting'),
    online: !closed && session?.link.online === true,
    ...(session && { device: session.device.id }),
    ...(problem && { problem }),
  }
}

export function versionOf(
  model: string,
  device: Pick<Device, 'model'>,
  inference: SnapshotParts['inference'],
): ModelVersion | undefined {
  const served = device.model(model).version
  if (!served) return undefined
  const { release, digest, provider, since } = served
  const engineReason = inference?.choiceFor(digest)?.reason ?? ''
  return { model, version: release.version, digest, engine: provider, engineReason, since, release }
}
