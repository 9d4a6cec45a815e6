import { connect } from 'mqtt'
import { devicePassword, enrolDevice } from '@kedge/shared/adapters/enrolment'
import type { MqttConnect } from '@kedge/shared/adapters/mqtt-client'
import { openMqttLink } from '@kedge/shared/adapters/mqtt-link'
import type { Link } from '@kedge/shared/device/ports/link'
import { ReportChain } from '@kedge/shared/device/report-chain'
import { desiredStateCodec, type DesiredSlot } from '@kedge/shared/protocol/desired-state'
import type {
  Capabilities,
  Problem,
  ReportedSlot,
  ReportedState,
} from '@kedge/shared/protocol/reported-state'
import { topics } from '@kedge/shared/protocol/topics'
import type { TelemetryWindow } from '@kedge/shared/telemetry/window'
import type { Signer } from '@kedge/shared/trust/sign-envelope'
import { generateKeyPair } from '@kedge/shared/trust/keys'
import { fromBase64 } from '@kedge/shared/util/bytes'
import { systemClock } from '@kedge/shared/util/clock'
import { systemEntropy } from '@kedge/shared/util/entropy'
import { Exclusive } from '@kedge/shared/util/exclusive'
import { webSha256 } from '@kedge/shared/util/sha256'
import type { ServerAccess } from './admin-api.js'

/** What becomes of a deployment on a simulated device. */
export type Behaviour = (
  slot: DesiredSlot,
) => Pick<NonNullable<ReportedSlot['deployment']>, 'state' | 'reason' | 'progress'>

export interface SimulationOptions {
  readonly kind: 'agent' | 'browser'
  readonly secret: string
  readonly labels: Readonly<Record<string, string>>
  readonly behave: Behaviour
  /** What it says is wrong with itself. */
  readonly problems?: readonly Problem[]
  /** Stands in every field of its report that takes any text. */
  readonly says?: string
}

/**
 * A device that joins, connects and reports through the real server and broker, but runs no model: it
 * says what `behave` lets it say. For looking at many devices in many states.
 */
export class SimulatedDevice implements AsyncDisposable {
  readonly id: string
  readonly #link: Link
  readonly #chain: ReportChain
  readonly #options: SimulationOptions
  readonly #slots: Record<string, ReportedSlot> = {}
  readonly #bootedAt = Date.now() - 3_700_000
  /** A report is signed when the one before has been sent. */
  readonly #reports = new Exclusive()
  #seqApplied = 0
  #telemetrySeq = 0
  #settled: () => void = () => undefined

  private constructor(signer: Signer, link: Link, options: SimulationOptions) {
    this.id = signer.id
    this.#chain = new ReportChain({ signer, entropy: systemEntropy, sha256: webSha256 })
    this.#link = link
    this.#options = options
  }

  static async join(access: ServerAccess, options: SimulationOptions): Promise<SimulatedDevice> {
    const { kind, secret, labels } = options
    const keys = await generateKeyPair(false)
    const enrolment = await enrolDevice({ kind, secret, labels, keys, url: access.url, fetch })
    const link = openMqttLink({
      connect: connect as MqttConnect,
      url: enrolment.brokerUrl,
      device: enrolment.device,
      password: () => devicePassword(enrolment, keys.privateKey, systemClock),
      clock: systemClock,
      entropy: systemEntropy,
      log: { info: () => undefined, warn: () => undefined },
    })
    const signer = { id: enrolment.device, privateKey: keys.privateKey }
    const device = new SimulatedDevice(signer, link, options)
    await device.#start()
    return device
  }

  async #start(): Promise<void> {
    const first = new Promise<void>((resolve) => (this.#settled = resolve))
    if (!this.#link.online) {
      await new Promise<void>((resolve) => {
        const stop = this.#link.onOnline((online) => {
          if (!online) return
          stop()
          resolve()
        })
      })
    }
    await this.#link.publish(topics.presence(this.id), { v: 1, state: 'online' })
    await this.report()
    await this.#link.subscribe(topics.desired(this.id), (envelope) => {
      const desired = desiredStateCodec.decode(fromBase64(envelope.payload))
      this.#seqApplied = desired.seq
      for (const [model, slot] of Object.entries(desired.slots)) this.#take(model, slot)
      for (const model of Object.keys(this.#slots)) {
        if (desired.slots[model] === undefined) delete this.#slots[model]
      }
      void this.report().then(() => this.#settled())
    })
    await Promise.race([first, systemClock.sleep(500 as Parameters<typeof systemClock.sleep>[0])])
  }

  #take(model: string, { release, rollout, attempt }: DesiredSlot): void {
    const since = Date.now()
    const outcome = this.#options.behave({ release, rollout, attempt, mode: 'active' })
    const running = { release, since, variant: 'float32', provider: this.#provider }
    const before = this.#slots[model]?.running
    const deployment = { release, rollout, attempt, since, ...outcome }
    const now = outcome.state === 'active' ? running : before
    this.#slots[model] = { deployment, ...(now !== undefined && { running: now }) }
  }

  get #provider(): string {
    return this.#options.kind === 'agent' ? 'cpu' : 'wasm'
  }

  /** Whether the broker has it connected. */
  get online(): boolean {
    return this.#link.online
  }

  report(): Promise<void> {
    return this.#reports.run(async () => {
      const report = await this.#chain.sign(this.#state())
      await this.#link.publish(topics.reported(this.id), report)
    })
  }

  #state(): ReportedState {
    const isAgent = this.#options.kind === 'agent'
    const { says } = this.#options
    return {
      v: 1,
      device: this.id,
      at: Date.now(),
      bootedAt: this.#bootedAt,
      agent: { name: isAgent ? 'kedge-agent' : 'kedge-web-runtime', version: '0.1.0' },
      seqApplied: this.#seqApplied,
      rootVersion: 1,
      stale: false,
      clock: { offset: 0, source: 'system' },
      capabilities: isAgent ? agentCapabilities : browserCapabilities,
      storage: { usedBytes: 1_843_200, freeBytes: 26_843_545_600 },
      slots: this.#slots,
      problems: [...(this.#options.problems ?? [])],
      ...(says !== undefined && wordsOf(says)),
    }
  }

  /** Sends windows of one model, as many in a message as the protocol allows. */
  async telemetry(windows: readonly TelemetryWindow[]): Promise<void> {
    const stream = this.id.slice(2, 18)
    for (let at = 0; at < windows.length; at += 60) {
      const batch = windows
        .slice(at, at + 60)
        .map((window) => ({ ...window, seq: (this.#telemetrySeq += 1) }))
      await this.#link.publish(topics.telemetry(this.id), {
        v: 1,
        stream,
        windows: batch,
        dropped: {},
      })
    }
  }

  /** Leaves in order, so that the broker announces nothing by itself. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.online) await this.#link.publish(topics.presence(this.id), { v: 1, state: 'offline' })
    await this.#link[Symbol.asyncDispose]()
  }
}

/** One text in every field, as long as each may be. */
function wordsOf(says: string): Pick<ReportedState, 'agent' | 'capabilities' | 'problems'> {
  const [long, short] = [says.slice(0, 64), says.slice(0, 32)]
  return {
    agent: { name: long, version: long },
    capabilities: {
      runtime: long,
      os: long,
      arch: short,
      cores: 1,
      providers: [short],
      engine: { name: long, version: long },
    },
    problems: [{ code: long, message: says }],
  }
}

const agentCapabilities: Capabilities = {
  runtime: 'Node.js 20.20.2',
  os: 'Linux 6.1',
  arch: 'arm64',
  cores: 4,
  memoryBytes: 4_294_967_296,
  providers: ['cpu'],
  engine: { name: 'onnxruntime-node', version: '1.30.0' },
}

const browserCapabilities: Capabilities = {
  runtime: 'Chrome 156',
  os: 'Android 16',
  arch: 'arm64',
  cores: 8,
  providers: ['wasm', 'webgpu'],
  engine: { name: 'onnxruntime-web', version: '1.30.0' },
}
