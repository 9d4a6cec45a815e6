import { hash } from 'node:crypto'
import type { DeviceHost, DeviceLog } from '@kedge/shared/device/ports/host'
import type { Enrolment } from '@kedge/shared/protocol/enrolment'
import { systemClock } from '@kedge/shared/util/clock'
import { systemEntropy } from '@kedge/shared/util/entropy'
import { agentVersion, builtAt } from './config/agent-version.js'
import { loadDeviceKey } from './config/device-key.js'
import { describeMachine } from './config/machine.js'
import type { DataLayout } from './files/data-layout.js'
import { ChildInferenceHost } from './inference/child-inference-host.js'
import type { Lifetime } from './lifetime.js'
import { openAgentLink } from './link/open-agent-link.js'
import { DiskModelStore } from './models/disk-model-store.js'
import { DiskMetadataStore } from './state/disk-metadata-store.js'
import type { DiskStateStore } from './state/disk-state-store.js'
import { SqliteSpool } from './telemetry/sqlite-spool.js'

export interface HostParts {
  readonly layout: DataLayout
  readonly state: DiskStateStore
  readonly enrolment: Enrolment
  readonly log: DeviceLog
  readonly hardwareClass?: string | undefined
}

/** The ports on this machine; `lifetime` closes them. @throws StorageError */
export async function openHost(parts: HostParts, lifetime: Lifetime): Promise<DeviceHost> {
  const { layout, state, enrolment, log } = parts
  const keys = await loadDeviceKey(layout)
  const world = { clock: systemClock, entropy: systemEntropy, log }
  return {
    ...world,
    state,
    signer: { id: enrolment.device, privateKey: keys.privateKey },
    metadata: new DiskMetadataStore(layout),
    models: lifetime.use(await DiskModelStore.open(layout)),
    telemetry: lifetime.use(new SqliteSpool({ file: layout.spool, entropy: systemEntropy })),
    inference: new ChildInferenceHost({ folder: layout.runners, clock: systemClock, log }),
    link: lifetime.use(openAgentLink({ ...world, enrolment, keys })),
    sha256: (bytes) => Promise.resolve(hash('sha256', bytes, 'hex')),
    builtAt: builtAt(),
    agent: agentVersion(),
    machine: describeMachine(parts.hardwareClass),
  }
}
