import { chunkFile, chunksOf } from '@kedge/shared/delivery/chunker'
import { toIndexBlobs } from '@kedge/shared/delivery/index-blobs'
import { encodeGoldenSamples } from '@kedge/shared/model/golden-samples'
import {
  releaseCodec,
  type Release,
  type ReleaseFile,
  type ReleaseRef,
} from '@kedge/shared/model/release'
import { desiredStateCodec, type DesiredState } from '@kedge/shared/protocol/desired-state'
import type { Enrolment } from '@kedge/shared/protocol/enrolment'
import { timeReplyCodec, timeRequestSchema } from '@kedge/shared/protocol/time'
import { topics } from '@kedge/shared/protocol/topics'
import { payloadTypes } from '@kedge/shared/protocol/envelope'
import type { Envelope } from '@kedge/shared/trust/dsse'
import { signEnvelope, type Signer } from '@kedge/shared/trust/sign-envelope'
import {
  createKeyFile,
  generateKeyPair,
  importSigner,
  type KeyFile,
} from '@kedge/shared/trust/keys'
import { decodeUtf8, toBase64 } from '@kedge/shared/util/bytes'
import { webSha256 } from '@kedge/shared/util/sha256'
import { ManualClock } from './manual-clock.js'
import { MemoryBroker } from './memory-broker.js'
import { MemoryTrust, tufSigner } from './memory-trust.js'
import { inputs, vector } from './scale-inputs.js'

export interface ReleaseOptions {
  readonly name?: string
  readonly version?: string
  /** What the golden samples claim; the factor itself unless told. */
  readonly golden?: number
  /** The bytes of the model file. */
  readonly model: Uint8Array
  readonly labels?: readonly string[]
  readonly change?: Partial<Release>
  /** The publisher's count; one more than the last unless told. */
  readonly counter?: number
  /** Whether no publisher vouches for it. */
  readonly unsigned?: boolean
}

type Slots = Readonly<Record<string, ReleaseRef | { release: ReleaseRef; attempt: number }>>

/** Those who speak for a fleet: its keys, its publisher and its broker, all in memory. */
export class FleetAuthority {
  readonly broker = new MemoryBroker()
  readonly clock = new ManualClock()
  trust!: MemoryTrust
  /** By which its devices are known. */
  deviceKeys!: CryptoKeyPair
  /** Signs desired states. */
  fleetKey: KeyFile
  readonly #id: string
  #seq = this.clock.now() as number
  #counter = 0
  #device = 'd-1'

  protected constructor(fleetKey: KeyFile) {
    this.fleetKey = fleetKey
    this.#id = `f-${fleetKey.id}`
  }

  static async create(): Promise<FleetAuthority> {
    return new FleetAuthority(await createKeyFile('fleet')).found()
  }

  protected async found(): Promise<this> {
    const { broker, clock, fleetKey } = this
    const publisher = await createKeyFile('publisher')
    const parts = { broker, clock, fleetId: this.#id }
    this.trust = await MemoryTrust.create(parts, { fleetKey, publisher })
    this.deviceKeys = await generateKeyPair(false)
    this.tellTime()
    return this
  }

  get deviceSigner(): Signer {
    return { id: this.#device, privateKey: this.deviceKeys.privateKey }
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
  async release(factor: number, options: ReleaseOptions): Promise<ReleaseRef> {
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
        await this.#file('model.onnx', 'model', options.model),
        await this.#file('golden.cbor', 'golden', encodeGoldenSamples(samples)),
      ],
      golden: { file: 'golden.cbor', tolerance: { absolute: 1e-4, relative: 1e-3 } },
      ...options.change,
    }
    const bytes = releaseCodec.encode(release)
    const sha256 = await webSha256(bytes)
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

  async #file(path: string, role: ReleaseFile['role'], bytes: Uint8Array): Promise<ReleaseFile> {
    const index = await chunkFile(bytes, webSha256)
    for (const [{ sha256 }, chunk] of chunksOf(bytes, index)) this.broker.putBlob(sha256, chunk)
    const { root, blobs } = await toIndexBlobs(index, webSha256)
    for (const [sha256, blob] of blobs) this.broker.putBlob(sha256, blob)
    return { path, role, length: bytes.length, sha256: index.sha256, index: root }
  }
}
