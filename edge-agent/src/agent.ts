import { startDevice, type Device } from '@kedge/shared/device/device'
import type { DeviceModel } from '@kedge/shared/device/device-model'
import type { DeviceHost, DeviceLog } from '@kedge/shared/device/ports/host'
import { silentLog } from './config/agent-log.js'
import { loadEnrolment } from './config/load-enrolment.js'
import { createDataFolder, dataLayout } from './files/data-layout.js'
import { lockDataFolder } from './files/data-lock.js'
import { announceProcess } from './files/process-file.js'
import { Lifetime } from './lifetime.js'
import { startLocalApi } from './local-api/local-api.js'
import type { Serving } from './local-api/serving.js'
import { openHost } from './open-host.js'
import { DiskStateStore } from './state/disk-state-store.js'

export interface AgentOptions {
  /** Folder of an enrolled device: `kedge-agent enrol` makes one. */
  readonly data: string
  /** Port of the local interface on 127.0.0.1; 0 for any that is free; absent for none. */
  readonly port?: number
  /** What hardware this is, where releases are made for some only; such as `linux-x64` when absent. */
  readonly hardwareClass?: string
  /** Nothing is logged when absent. */
  readonly log?: DeviceLog
}

/** An edge agent inside this program. It disposes of everything it has opened. */
export interface Agent extends AsyncDisposable {
  /** The device's id in its fleet. */
  readonly id: string
  /** Address of the local interface; undefined without one. */
  readonly url: string | undefined
  /** A handle on the model of that name, whether or not it has arrived. */
  model(name: string): DeviceModel
  status(): ReturnType<Device['status']>
  /** Calls back after anything that `status` tells has changed; the result ends that. */
  onChange(listener: () => void): () => void
}

/**
 * Serves what is stored, follows the fleet's desired state, and reports; needs no network to start.
 *
 * @throws UsageError when the folder is not enrolled or another agent runs on it; ServerError
 *   `port-taken`; StorageError
 */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const lifetime = new Lifetime()
  try {
    return await openAgent(options, lifetime)
  } catch (error) {
    // Why it did not start says more than why it did not end well.
    await lifetime[Symbol.asyncDispose]().catch(() => undefined)
    throw error
  }
}

async function openAgent(options: AgentOptions, lifetime: Lifetime): Promise<Agent> {
  const state = new DiskStateStore(dataLayout(options.data))
  const enrolment = await loadEnrolment(state, options.data)
  const layout = await createDataFolder(options.data)
  lifetime.use(lockDataFolder(layout))
  const log = options.log ?? silentLog
  const { hardwareClass } = options
  const host = await openHost({ layout, state, enrolment, log, hardwareClass }, lifetime)
  const device = lifetime.use(await startDevice(host, enrolment))
  const url =
    options.port === undefined
      ? undefined
      : lifetime.use(await startLocalApi(toServing(device, host), options.port)).url
  const announced = { pid: process.pid, startedAt: host.clock.now(), ...(url && { url }) }
  lifetime.use(await announceProcess(layout, announced))
  log.info('agent started', { device: device.id, data: layout.root, url })
  return {
    id: device.id,
    url,
    model: (name) => device.model(name),
    status: () => device.status(),
    onChange: (listener) => device.onChange(listener),
    [Symbol.asyncDispose]: () => lifetime[Symbol.asyncDispose](),
  }
}

const toServing = (device: Device, host: DeviceHost): Serving => ({
  agent: host.agent,
  get online() {
    return host.link.online
  },
  model: (name) => device.model(name),
  modelNames: async () => Object.keys((await device.status()).slots),
  status: () => device.status(),
})
