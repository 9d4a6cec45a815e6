import { startDevice, type Device } from '@kedge/shared/device/device'
import type { DeviceHost } from '@kedge/shared/device/ports/host'
import type { ReleaseRef } from '@kedge/shared/model/release'
import { deviceRecordSchema } from '@kedge/shared/device/device-record'
import { desiredStateCodec, type DesiredState } from '@kedge/shared/protocol/desired-state'
import type { ReportedSlot } from '@kedge/shared/protocol/reported-state'
import { topics } from '@kedge/shared/protocol/topics'
import type { Envelope } from '@kedge/shared/trust/dsse'
import { fromBase64 } from '@kedge/shared/util/bytes'
import { seededEntropy } from '@kedge/shared/util/entropy'
import { webSha256 } from '@kedge/shared/util/sha256'
import { Ms } from '@kedge/shared/util/units'
import { scaleModel } from '../e2e/pages/tiny-release.js'
import { FleetAuthority, type ReleaseOptions } from '../support/fleet-authority.js'
import { MemoryLink } from '../support/memory-broker.js'
import { MemorySpool } from '../support/memory-stores.js'
import { inputs } from '../support/scale-inputs.js'

/** The ports that trust rests on, as one shell implements them. */
export type TrustPorts = Pick<DeviceHost, 'models' | 'inference' | 'state' | 'metadata'>

export interface TrustSubject extends AsyncDisposable {
  readonly ports: TrustPorts
}

/** A device on the ports of one shell, and those who may and may not speak to it. */
export class TrustScene implements AsyncDisposable {
  readonly fleet: FleetAuthority
  readonly link: MemoryLink
  readonly #ports: TrustPorts
  device!: Device

  private constructor(fleet: FleetAuthority, ports: TrustPorts) {
    this.fleet = fleet
    this.link = new MemoryLink(fleet.broker)
    this.#ports = ports
  }

  /** A device that runs version 2, after version 1 where there is to be something to fall back to. */
  static async running(ports: TrustPorts, versions: readonly number[] = [2]): Promise<TrustScene> {
    const scene = new TrustScene(await FleetAuthority.create(), ports)
    await scene.start()
    for (const version of versions) {
      await scene.desire(await scene.release(version, { counter: 10 * version }))
      await scene.until(() => scene.runs === `${version}.0.0`, `version ${version}`)
      await scene.until(async () => (await scene.slot()).deployment?.state === 'active')
    }
    return scene
  }

  async start(): Promise<void> {
    const host: DeviceHost = {
      ...this.#ports,
      link: this.link,
      telemetry: new MemorySpool(),
      signer: this.fleet.deviceSigner,
      clock: this.fleet.clock,
      entropy: seededEntropy(7),
      sha256: webSha256,
      builtAt: Ms(0),
      log: { info: () => undefined, warn: () => undefined },
      agent: { name: 'test', version: '0.0.0' },
      machine: { runtime: 'test', os: 'test', arch: 'test', class: 'test', cores: 1 },
    }
    this.device = await startDevice(host, this.fleet.enrolment)
  }

  release(factor: number, options: Partial<ReleaseOptions> = {}): Promise<ReleaseRef> {
    return this.fleet.release(factor, { model: scaleModel(factor), ...options })
  }

  desire(release: ReleaseRef, change: Partial<DesiredState> = {}): Promise<Envelope> {
    return this.fleet.desire({ scale: release }, change)
  }

  send(envelope: Envelope): void {
    this.fleet.broker.publish(topics.desired('d-1'), envelope)
  }

  get runs(): string | undefined {
    return this.device.model('scale').version?.release.version
  }

  async slot(): Promise<ReportedSlot> {
    return (await this.device.status()).slots['scale'] ?? {}
  }

  async codes(): Promise<string[]> {
    return (await this.device.status()).problems.map(({ code }) => code)
  }

  async answer(): Promise<unknown> {
    return (await this.device.run('scale', inputs)).outputs['y']!.data[0]
  }

  /** Resolves when the device goes by the newest desired state. */
  async applied(envelope: Envelope): Promise<void> {
    const { seq } = desiredStateCodec.decode(fromBase64(envelope.payload))
    await this.until(async () => (await this.device.status()).seqApplied === seq, 'acceptance')
  }

  /** Every code in the last report that the device has sent. */
  told(): string[] {
    const report = this.fleet.broker.reports().at(-1)
    const reasons = Object.values(report?.slots ?? {}).map(({ deployment }) => deployment?.reason)
    return [...(report?.problems ?? []), ...reasons].flatMap((one) => (one ? [one.code] : []))
  }

  /** All that lies in the stores. */
  async stored(): Promise<unknown> {
    const names = ['root', 'timestamp', 'snapshot', 'targets', 'model.scale']
    const files = await Promise.all(names.map((name) => this.metadata(`${name}.json`)))
    const device = await this.#ports.state.load('device')
    return { device, files, models: await this.models() }
  }

  /** What the record says is installed, which no refused change may touch. */
  async installed(): Promise<unknown> {
    const { slots } = deviceRecordSchema.parse(await this.#ports.state.load('device'))
    const { active, previous } = slots['scale'] ?? {}
    return { active, previous }
  }

  metadata(name: string): Promise<Uint8Array | undefined> {
    return this.#ports.metadata.read(name)
  }

  /** Digests of all files in the model store. */
  async models(): Promise<string[]> {
    return (await this.#ports.models.list()).map(({ sha256 }) => sha256).sort()
  }

  /** Lets time pass, for the device and for whatever really works, until it is so. */
  async until(isSo: () => boolean | Promise<boolean>, what = 'what was waited for'): Promise<void> {
    const giveUp = Date.now() + 12_000
    while (!(await isSo())) {
      if (Date.now() > giveUp) {
        const { slots, problems } = await this.device.status()
        throw new TypeError(`${what} did not come about: ${JSON.stringify({ slots, problems })}`)
      }
      await this.fleet.clock.advance(500)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.device[Symbol.asyncDispose]()
  }
}
