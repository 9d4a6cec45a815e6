import { LinkError } from '../errors/device-error.js'
import type { Enrolment } from '../protocol/enrolment.js'
import type { ReportedState } from '../protocol/reported-state.js'
import { topics } from '../protocol/topics.js'
import type { Envelope } from '../trust/dsse.js'
import type { Tensors } from '../model/tensor.js'
import type { Label } from '../telemetry/score.js'
import { Hours, Minutes, Ms, Seconds } from '../util/units.js'
import { describeDevice } from './describe-device.js'
import { DeviceLoop } from './device-loop.js'
import { DeviceState } from './device-state.js'
import { InferenceService } from './inference-service.js'
import type { DeviceHost } from './ports/host.js'
import type { RunResult } from './ports/inference.js'
import { Reporter } from './reporter.js'
import { everyPeriod, TelemetryUplink } from './telemetry-uplink.js'
import { DeviceModel } from './device-model.js'

const defaultWindow = Seconds(60)
/** Between two looks at what may expire or be revoked, and at a desired state that had to wait. */
const longRest = Hours(1)
const shortRest = Minutes(1)

/** A device of the fleet, alive: it follows its desired state, infers, and reports. */
export interface Device extends AsyncDisposable {
  readonly id: string
  /** A handle on the model of that name, whether or not it has arrived. */
  model(name: string): DeviceModel
  run(name: string, inputs: Tensors): Promise<RunResult>
  feedback(name: string, id: string, label: Label): Promise<boolean>
  status(): Promise<ReportedState & { readonly online: boolean }>
  /** Calls back after anything that `status` tells has changed; the result ends that. */
  onChange(listener: () => void): () => void
  /** Counts what was measured until now as a window and sends it, without waiting for its end. */
  flush(): Promise<void>
}

/** Brings the device to life from what it has stored; needs no network. */
export async function startDevice(host: DeviceHost, enrolment: Enrolment): Promise<Device> {
  const state = await DeviceState.load(host, enrolment)
  const device = new RunningDevice(host, enrolment, state)
  await device.start()
  return device
}

class RunningDevice implements Device {
  readonly id: string
  readonly #host: DeviceHost
  readonly #state: DeviceState
  readonly #service: InferenceService
  readonly #loop: DeviceLoop
  readonly #reporter: Reporter
  readonly #uplink: TelemetryUplink
  readonly #listeners = new Set<() => void>()
  readonly #stopping = new AbortController()
  readonly #describe: () => Promise<ReportedState>
  #listening: AsyncDisposable | undefined
  #ending: (() => Promise<void> | void)[] = []

  constructor(host: DeviceHost, enrolment: Enrolment, state: DeviceState) {
    this.id = enrolment.device
    this.#host = host
    this.#state = state
    const onChange = () => this.#changed()
    this.#service = new InferenceService({ ...host, onChange: () => this.#wake() })
    this.#loop = new DeviceLoop({ host, state, service: this.#service, onChange })
    const parts = { host, enrolment, state, service: this.#service, loop: this.#loop }
    const bootedAt = host.clock.now()
    this.#describe = () => describeDevice({ ...parts, bootedAt })
    this.#reporter = new Reporter(host, this.id, this.#describe)
    this.#uplink = new TelemetryUplink(host, this.id)
  }

  async start(): Promise<void> {
    const { link } = this.#host
    this.#loop.wake()
    await this.#listen()
    const unwatch = link.onOnline((online) => {
      if (online) void this.#greet()
      this.#changed()
    })
    const windows = everyPeriod(this.#host, () => this.#windowLength(), {
      task: () => this.flush(),
      signal: this.#stopping.signal,
    })
    const tending = this.#tendForEver()
    this.#ending = [
      () => windows,
      () => tending,
      unwatch,
      () => this.#listening?.[Symbol.asyncDispose](),
    ]
    if (link.online) await this.#greet()
  }

  model(name: string): DeviceModel {
    return new DeviceModel(name, this, this.#service)
  }

  run(name: string, inputs: Tensors): Promise<RunResult> {
    return this.#service.run(name, inputs)
  }

  feedback(name: string, id: string, label: Label): Promise<boolean> {
    return this.#service.feedback(name, id, label)
  }

  async status(): Promise<ReportedState & { readonly online: boolean }> {
    return { ...(await this.#describe()), online: this.#host.link.online }
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async flush(): Promise<void> {
    await this.#keep(await this.#service.takeWindows(this.#host.clock.now()))
    await this.#uplink.send()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort(new LinkError('link-offline', 'the device is stopping'))
    // Together: a step may wait for metadata, which comes no more.
    await Promise.all([this.#loop.stop(), this.#state.close()])
    for (const end of this.#ending) await end()
    await this.#keep(await this.#service.close())
    await this.#uplink.send()
    await this.#leave()
  }

  /** A last will speaks only for those who did not say goodbye. */
  async #leave(): Promise<void> {
    const { link } = this.#host
    if (!link.online) return
    await link.publish(topics.presence(this.id), { v: 1, state: 'offline' }).catch(() => undefined)
  }

  /**
   * Subscribes to what the fleet says to this device. A broker that refuses is asked again at the
   * next connection; what is stored is served meanwhile.
   */
  async #listen(): Promise<void> {
    if (this.#listening) return
    const { link, log } = this.#host
    const subscriptions: AsyncDisposable[] = []
    const leave = async () => {
      for (const subscription of subscriptions) await subscription[Symbol.asyncDispose]()
    }
    this.#listening = { [Symbol.asyncDispose]: leave }
    try {
      const onDesired = (envelope: Envelope) => void this.#onDesired(envelope)
      subscriptions.push(await link.subscribe(topics.desired(this.id), onDesired))
      subscriptions.push(await this.#uplink.listen())
    } catch (error) {
      this.#listening = undefined
      log.warn('the broker refuses what this device must hear', { error: String(error) })
      await leave()
    }
  }

  async #onDesired(envelope: Envelope): Promise<void> {
    try {
      if (await this.#state.accept(envelope)) this.#loop.retryNow()
    } finally {
      this.#wake()
    }
  }

  /** Looks after trust at every connection, every hour, and when something has just expired. */
  async #tend(): Promise<void> {
    try {
      if (await this.#state.tend()) this.#loop.retryNow()
    } catch (error) {
      this.#host.log.warn('trust could not be looked after', { error: String(error) })
    }
    this.#wake()
  }

  async #tendForEver(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      const rest = this.#state.isWaiting ? shortRest : longRest
      const pause = Ms(Math.min(rest, (this.#state.nextExpiry ?? rest) + 1))
      await this.#host.clock.sleep(pause, signal).catch(() => undefined)
      if (!signal.aborted) await this.#tend()
    }
  }

  async #greet(): Promise<void> {
    const { link, log } = this.#host
    await this.#listen()
    try {
      await link.publish(topics.presence(this.id), { v: 1, state: 'online' })
    } catch (error) {
      log.warn('the connection broke at once', { error: String(error) })
      return
    }
    this.#reporter.changed()
    this.#loop.retryNow()
    void this.#tend()
    await this.#uplink.resend()
  }

  async #keep(windows: readonly Parameters<DeviceHost['telemetry']['append']>[0][]): Promise<void> {
    for (const window of windows) {
      try {
        await this.#host.telemetry.append(window)
      } catch (error) {
        this.#host.log.warn('a telemetry window was lost', { error: String(error) })
      }
    }
  }

  #wake(): void {
    this.#loop.wake()
    this.#changed()
  }

  #changed(): void {
    this.#reporter.changed()
    for (const listener of [...this.#listeners]) listener()
  }

  #windowLength() {
    const seconds = this.#state.desired?.config.telemetryWindowS
    return seconds === undefined ? defaultWindow : Seconds(seconds)
  }
}
