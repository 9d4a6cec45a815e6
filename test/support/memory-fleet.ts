import { createHash } from 'node:crypto'
import { startDevice, type Device } from '@kedge/shared/device/device'
import type { DeviceHost } from '@kedge/shared/device/ports/host'
import { GraphBuilder } from '@kedge/shared/model/onnx/graph-builder'
import type { ReleaseRef } from '@kedge/shared/model/release'
import type { ReportedState } from '@kedge/shared/protocol/reported-state'
import { createKeyFile } from '@kedge/shared/trust/keys'
import { seededEntropy } from '@kedge/shared/util/entropy'
import type { Sha256 } from '@kedge/shared/util/sha256'
import { Ms } from '@kedge/shared/util/units'
import { FleetAuthority, type ReleaseOptions } from './fleet-authority.js'
import { InProcessInference } from './in-process-inference.js'
import { MemoryLink } from './memory-broker.js'
import { MemoryModelStore } from './memory-model-store.js'
import { MemoryMetadataStore, MemorySpool, MemoryStateStore } from './memory-stores.js'
import { pseudoBytes } from './pseudo-bytes.js'

export const nodeSha256: Sha256 = (bytes) =>
  Promise.resolve(createHash('sha256').update(bytes).digest('hex'))

/** A model of a given weight, most of which is dead load that makes chunks. */
export function scaleModel(factor: number, loadBytes = 0): Uint8Array {
  const graph = new GraphBuilder('scale')
  const x = graph.input('x', 'float32', [1, 4])
  const data = new Float32Array(1 + loadBytes / 4)
  data.set(
    pseudoBytes(loadBytes, 1)
      .map((byte) => byte & 1)
      .subarray(0, loadBytes / 4),
    1,
  )
  data[0] = factor
  const load = graph.initializer('load', { dtype: 'float32', shape: [data.length], data })
  const scale = graph.node('Gather', [load, graph.int64s([0])])
  graph.output(graph.node('Mul', [x, scale]), { name: 'y', dtype: 'float32', shape: [1, 4] })
  return graph.toModel()
}

export interface LoadOptions extends Partial<ReleaseOptions> {
  /** Dead load that makes chunks. */
  readonly loadBytes?: number
}

/** A fleet with keys, a publisher and devices, on a broker in memory. */
export class MemoryFleet extends FleetAuthority {
  static override async create(): Promise<MemoryFleet> {
    return new MemoryFleet(await createKeyFile('fleet')).found()
  }

  override release(factor: number, options: LoadOptions = {}): Promise<ReleaseRef> {
    return super.release(factor, { model: scaleModel(factor, options.loadBytes), ...options })
  }

  /** A device's house, with nothing in it unless stores are handed over. */
  house(parts: Partial<HouseStores> = {}): House {
    return new House(this, parts)
  }
}

interface HouseStores {
  readonly models: MemoryModelStore
  readonly metadata: MemoryMetadataStore
  readonly state: MemoryStateStore
  readonly telemetry: MemorySpool
}

/** What a device lives in; the device can be started in it again and again. */
export class House {
  readonly link: MemoryLink
  readonly models: MemoryModelStore
  readonly metadata: MemoryMetadataStore
  readonly state: MemoryStateStore
  readonly telemetry: MemorySpool
  readonly inference: InProcessInference
  readonly warnings: string[] = []
  readonly #fleet: MemoryFleet

  constructor(fleet: MemoryFleet, stores: Partial<HouseStores>) {
    this.#fleet = fleet
    this.link = new MemoryLink(fleet.broker)
    this.models = stores.models ?? new MemoryModelStore()
    this.metadata = stores.metadata ?? new MemoryMetadataStore()
    this.state = stores.state ?? new MemoryStateStore()
    this.telemetry = stores.telemetry ?? new MemorySpool()
    this.inference = new InProcessInference(fleet.clock)
  }

  get host(): DeviceHost {
    return {
      link: this.link,
      models: this.models,
      inference: this.inference,
      state: this.state,
      metadata: this.metadata,
      telemetry: this.telemetry,
      signer: this.#fleet.deviceSigner,
      clock: this.#fleet.clock,
      entropy: seededEntropy(7),
      sha256: nodeSha256,
      builtAt: Ms(0),
      log: {
        info: () => undefined,
        warn: (message, facts) => {
          this.warnings.push(`${message} ${JSON.stringify(facts)}`)
        },
      },
      agent: { name: 'test', version: '0.0.0' },
      machine: { runtime: 'node', os: 'linux', arch: 'x64', cores: 1 },
    }
  }

  start(): Promise<Device> {
    return startDevice(this.host, this.#fleet.enrolment)
  }
}

/** Where one slot of a device stands. */
export const slotOf = async (
  device: Device,
  slot = 'scale',
): Promise<ReportedState['slots'][string]> => (await device.status()).slots[slot] ?? {}
