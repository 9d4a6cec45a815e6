import { createHash } from 'node:crypto'
import { chunkFile, chunksOf } from '@kedge/shared/delivery/chunker'
import { toIndexBlobs } from '@kedge/shared/delivery/index-blobs'
import { startDevice, type Device } from '@kedge/shared/device/device'
import type { DeviceHost } from '@kedge/shared/device/ports/host'
import { encodeGoldenSamples } from '@kedge/shared/model/golden-samples'
import { GraphBuilder } from '@kedge/shared/model/onnx/graph-builder'
import {
  releaseCodec,
  type Release,
  type ReleaseFile,
  type ReleaseRef,
} from '@kedge/shared/model/release'
import type { Tensors } from '@kedge/shared/model/tensor'
import { desiredStateCodec, type DesiredState } from '@kedge/shared/protocol/desired-state'
import type { Enrolment } from '@kedge/shared/protocol/enrolment'
import type { ReportedState } from '@kedge/shared/protocol/reported-state'
import { topics } from '@kedge/shared/protocol/topics'
import { payloadTypes, signEnvelope, type Envelope } from '@kedge/shared/trust/dsse'
import { timeReplyCodec, timeRequestSchema } from '@kedge/shared/protocol/time'
import { createKeyFile, importSigner, type KeyFile } from '@kedge/shared/trust/keys'
import { decodeUtf8, toBase64 } from '@kedge/shared/util/bytes'
import { seededEntropy } from '@kedge/shared/util/entropy'
import type { Sha256 } from '@kedge/shared/util/sha256'
import { Ms } from '@kedge/shared/util/units'
import { InProcessInference } from './in-process-inference.js'
import { ManualClock } from './manual-clock.js'
import { MemoryBroker, MemoryLink } from './memory-broker.js'
import { MemoryModelStore } from './memory-model-store.js'
import { MemoryMetadataStore, MemorySpool, MemoryStateStore } from './memory-stores.js'
import { MemoryTrust, tufSigner } from './memory-trust.js'
import { pseudoBytes } from './pseudo-bytes.js'

export const nodeSha256: Sha256 = (bytes) =>
  Promise.resolve(createHash('sha256').update(bytes).digest('hex'))

export const vector = (...values: number[]) => ({
  dtype: 'float32' as const,
  shape: [1, values.length],
  data: Float32Array.from(values),
})

/** Four numbers in; the model answers each times its factor. */
export const inputs: Tensors = { x: vector(1, 2, 3, 4) }

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

export interface ReleaseOptions {
  readonly name?: string
  readonly version?: string
  /** What the golden samples claim; the factor itself unless told. */
  readonly golden?: number
  readonly loadBytes?: number
  readonly labels?: readonly string[]
  readonly change?: Partial<Release>
  /** The publisher's count; one more than the last unless told. */
  readonly counter?: number
  /** Whether no publisher vouches for it. */
  readonly unsigned?: boolean
}

type Slots = Readonly<Record<string, ReleaseRef | { release: ReleaseRef; attempt: number }>>

/** A fleet with keys, a publisher and devices, on a broker in memory. */
export class MemoryFleet {
  readonly broker = new MemoryBroker()
  readonly clock = new ManualClock()
  trust!: MemoryTrust
  /** Signs desired states. */
  fleetKey: KeyFile
  readonly #id: string
  #seq = this.clock.now() as number
  #counter = 0
  #device = 'd-1'

  private constructor(fleetKey: KeyFile) {
    this.fleetKey = fleetKey
    this.#id = `f-${fleetKey.id}`
  }

  static async create(): Promise<MemoryFleet> {
    const fleetKey = await createKeyFile('fleet')
    const fleet = new MemoryFleet(fleetKey)
    const { broker, clock } = fleet
    const publisher = await createKeyFile('publisher')
    const parts = { broker, clock, fleetId: fleet.#id }
    fleet.trust = await MemoryTrust.create(parts, { fleetKey, publisher })
    fleet.tellTime()
    return fleet
  }

  get enrolment(): Enrolment {
    const root = toBase64(this.trust.firstRoot)
    return { device: this.#device, fleet: this.#id, root, brokerUrl: 'mqtt://localhost' }
  }

  /** Another fleet key, and the root that names it in the place of the one before. */
  async replaceFleetKey(): Promise<void> {
    this.fleetKey = await createKeyFile('fleet')
    await this.trust.rotate({ fleetKeys: [await tufSigner(this.fleetKey)] })
  }

  /** Answers devices that ask for the time, from now on. */
  tellTime(now: () => number = () => this.clock.now()): void {
    this.broker.onReceived = (path, payload) => {
      if (path !== topics.ask(this.#device).path) return
      const { nonce } = timeRequestSchema.parse(JSON.parse(decodeUtf8(payload)))
      void this.#answerTime(nonce, now())
    }
  }

  async #answerTime(nonce: string, now: number): Promise<void> {
    const reply = { v: 1, fleet: this.#id, device: this.#device, nonce, now } as const
    const signer = await importSigner(this.fleetKey)
    const envelope = await signEnvelope(payloadTypes.time, timeReplyCodec.encode(reply), signer)
    this.broker.publish(topics.time(this.#device), envelope)
  }

  /** Builds, signs and uploads a release of `y = x * factor`. */
  async release(factor: number, options: ReleaseOptions = {}): Promise<ReleaseRef> {
    const { name: model = 'scale', version = `${factor}.0.0`, golden = factor } = options
    const samples = [{ inputs, outputs: { y: vector(golden, 2 * golden, 3 * golden, 4 * golden) } }]
    const release: Release = {
      schema: 'kedge.release/1',
      model,
      version,
      createdAt: 0,
      inputs: [{ name: 'x', dtype: 'float32', shape: [1, 4] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [1, 4] }],
      prediction: {
        kind: 'classes',
        output: 'y',
        labels: [...(options.labels ?? ['one', 'two', 'three', 'four'])],
      },
      variants: [
        {
          name: 'float32',
          precision: 'float32',
          providers: [],
          requires: { opsets: { 'ai.onnx': 18 }, operators: ['Mul'] },
          file: 'model.onnx',
        },
      ],
      files: [
        await this.#file('model.onnx', 'model', scaleModel(factor, options.loadBytes)),
        await this.#file('golden.cbor', 'golden', encodeGoldenSamples(samples)),
      ],
      golden: { file: 'golden.cbor', tolerance: { absolute: 1e-4, relative: 1e-3 } },
      ...options.change,
    }
    const bytes = releaseCodec.encode(release)
    const sha256 = await nodeSha256(bytes)
    this.broker.putBlob(sha256, bytes)
    const ref = { model, version, sha256, length: bytes.length }
    const { counter = this.#counter + 1 } = options
    this.#counter = counter
    if (!options.unsigned) await this.trust.vouch(ref, { counter })
    return ref
  }

  /** Signs what the device is to run and hands it to the broker. */
  async desire(slots: Slots, change: Partial<DesiredState> = {}): Promise<Envelope> {
    const envelope = await this.signDesired(slots, change)
    this.broker.publish(topics.desired(this.#device), envelope)
    return envelope
  }

  async signDesired(slots: Slots, change: Partial<DesiredState> = {}): Promise<Envelope> {
    const state: DesiredState = {
      v: 1,
      fleet: this.#id,
      device: this.#device,
      epoch: this.trust.epoch,
      seq: ++this.#seq,
      issuedAt: this.clock.now(),
      expires: this.clock.now() + 3_600_000,
      minRootVersion: this.trust.rootVersion,
      floor: {},
      revoked: [],
      slots: Object.fromEntries(
        Object.entries(slots).map(([slot, wanted]) => {
          const { release, attempt } =
            'release' in wanted ? wanted : { release: wanted, attempt: 0 }
          return [slot, { release, attempt, mode: 'active' as const, rollout: 'r-1' }]
        }),
      ),
      config: { telemetryWindowS: 60 },
      ...change,
    }
    const payload = desiredStateCodec.encode(state)
    return signEnvelope(payloadTypes.desired, payload, await importSigner(this.fleetKey))
  }

  /** A device's house, with nothing in it unless stores are handed over. */
  house(parts: Partial<HouseStores> = {}): House {
    return new House(this, parts)
  }

  async #file(path: string, role: ReleaseFile['role'], bytes: Uint8Array): Promise<ReleaseFile> {
    const index = await chunkFile(bytes, nodeSha256)
    for (const [{ sha256 }, chunk] of chunksOf(bytes, index)) this.broker.putBlob(sha256, chunk)
    const { root, blobs } = await toIndexBlobs(index, nodeSha256)
    for (const [sha256, blob] of blobs) this.broker.putBlob(sha256, blob)
    return { path, role, length: bytes.length, sha256: index.sha256, index: root }
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
