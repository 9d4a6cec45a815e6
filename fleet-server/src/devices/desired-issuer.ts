import { parseSelector } from '@kedge/shared/protocol/selector'
import { desiredStateCodec, type DesiredState } from '@kedge/shared/protocol/desired-state'
import { topics } from '@kedge/shared/protocol/topics'
import { payloadTypes } from '@kedge/shared/protocol/envelope'
import { signEnvelope } from '@kedge/shared/trust/sign-envelope'
import { Minutes, Ms } from '@kedge/shared/util/units'
import { retrySchedule } from '@kedge/shared/util/retry-schedule'
import { Exclusive } from '@kedge/shared/util/exclusive'
import type { ServerContext } from '../context.js'
import type { StoredRollout } from '../rollouts/rollout-repository.js'
import type { DesiredContent, IssuedState, StateChange } from './desired-state-repository.js'
import type { DesiredRefresh } from './desired-refresh.js'
import type { Device } from './device.js'
import { pagesOfDevices } from './pages-of-devices.js'
import { planSlots, type PlannedRollout } from './plan-slots.js'

type Parts = Pick<
  ServerContext,
  | 'clock'
  | 'config'
  | 'desired'
  | 'devices'
  | 'entropy'
  | 'events'
  | 'log'
  | 'metrics'
  | 'outbox'
  | 'perDevice'
  | 'limits'
  | 'rollouts'
  | 'trust'
>

/** Everything the plan of any device follows from, as it was at one moment. */
interface Intent {
  readonly limits: Pick<DesiredContent, 'epoch' | 'minRootVersion' | 'floor' | 'revoked'>
  readonly rollouts: readonly PlannedRollout[]
}

const renewalInterval = Minutes(30)
/** Devices whose states are signed and stored together. */
const batchSize = 250

/**
 * Keeps every device's signed desired state equal to what the rollouts ask for. Whatever changes the
 * plan asks for a pass over the fleet; one runs at a time and reads what holds when it begins, so
 * after the last change the last pass leaves every device right, also when one before was cut off.
 */
export class DesiredIssuer implements DesiredRefresh, AsyncDisposable {
  readonly #parts: Parts
  readonly #passes = new Exclusive()
  readonly #ended = new AbortController()
  /** Devices whose stored state the broker did not take. */
  readonly #unpublished = new Set<string>()
  #waiting: Promise<void> | undefined
  #renewal: Promise<void> | undefined

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Renews states before they expire, until disposed. */
  start(): void {
    this.#renewal = this.#renewForEver()
  }

  refresh(): Promise<void> {
    // One that waits has read nothing yet, so it serves everybody who asks until it begins.
    this.#waiting ??= this.#passes.run(async () => {
      this.#waiting = undefined
      await this.#passUntilDone()
    })
    return this.#waiting
  }

  async refreshDevice(device: string): Promise<void> {
    await this.#issue([device], await this.#readIntent())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort(new Error('the server stops'))
    await this.#renewal
    await this.#passes.idle()
  }

  async #passUntilDone(): Promise<void> {
    const { clock, entropy, log } = this.#parts
    const delays = retrySchedule(
      { first: Ms(500), factor: 2, cap: Ms(30_000), jitter: 0.2 },
      entropy,
    )
    while (!this.#ended.signal.aborted) {
      try {
        const intent = await this.#readIntent()
        for await (const devices of pagesOfDevices(this.#parts.devices, batchSize)) {
          if (this.#ended.signal.aborted) return
          await this.#issue(devices, intent)
        }
        return
      } catch (err) {
        log.error({ err }, 'desired states could not all be issued; trying again')
        await clock.sleep(delays.next().value, this.#ended.signal).catch(() => undefined)
      }
    }
  }

  async #renewForEver(): Promise<void> {
    const { clock } = this.#parts
    for (;;) {
      await clock.sleep(renewalInterval, this.#ended.signal).catch(() => undefined)
      if (this.#ended.signal.aborted) return
      await this.refresh()
    }
  }

  async #readIntent(): Promise<Intent> {
    const { limits, rollouts, trust } = this.#parts
    const [{ floor, revoked }, effective] = await Promise.all([limits.all(), rollouts.effective()])
    // What is revoked goes to nobody: its devices fall back to the rollout before.
    const allowed = effective.filter(({ release }) => !revoked.includes(release))
    return {
      limits: {
        epoch: trust.epoch,
        minRootVersion: trust.rootVersion,
        floor: { ...floor },
        revoked: [...revoked],
      },
      rollouts: allowed.map(toPlanned),
    }
  }

  #issue(ids: readonly string[], intent: Intent): Promise<void> {
    const { desired, events, metrics, perDevice } = this.#parts
    return perDevice.runAll(ids, async () => {
      const issued = await desired.findMany(ids)
      const changes = await this.#changesOf(ids, issued, intent)
      const saved = await desired.save(changes)
      const published = changes.filter(({ device }) => saved.has(device))
      metrics.desiredIssued.inc(published.length)
      await Promise.all([
        ...published.map(({ device, state }) => this.#publish(device, state)),
        ...this.#leftUnpublished(issued, saved),
      ])
      const rollouts = new Set<string>()
      for (const { device, state } of published) {
        events.emit('device', device)
        for (const { rollout } of Object.values(state.content.slots)) rollouts.add(rollout)
      }
      for (const rollout of rollouts) events.emit('rollout', rollout)
    })
  }

  /** Signed states for those devices whose stored one is not what `intent` asks for. */
  async #changesOf(
    ids: readonly string[],
    issued: ReadonlyMap<string, IssuedState>,
    intent: Intent,
  ): Promise<StateChange[]> {
    const { config, devices, rollouts } = this.#parts
    const attempts = await rollouts.attempts(ids)
    const changes = (await devices.findMany(ids)).map(async (device) => {
      const content: DesiredContent = {
        ...intent.limits,
        slots: planSlots(device, intent.rollouts, attempts.get(device.id) ?? new Map()),
        config: { telemetryWindowS: config.desired.telemetryWindowS },
      }
      const current = issued.get(device.id)
      if (current && this.#isCurrent(current, content)) return []
      const previous = current?.seq ?? 0
      return [{ device: device.id, previous, state: await this.#sign(device, content, previous) }]
    })
    return (await Promise.all(changes)).flat()
  }

  *#leftUnpublished(
    issued: ReadonlyMap<string, IssuedState>,
    saved: ReadonlySet<string>,
  ): Generator<Promise<void>> {
    for (const [device, state] of issued) {
      if (this.#unpublished.has(device) && !saved.has(device)) yield this.#publish(device, state)
    }
  }

  async #publish(device: string, { envelope }: IssuedState): Promise<void> {
    this.#unpublished.add(device)
    await this.#parts.outbox.publish(topics.desired(device), envelope)
    this.#unpublished.delete(device)
  }

  #isCurrent(issued: IssuedState, content: DesiredContent): boolean {
    const { clock, config } = this.#parts
    const isFresh = issued.expires - clock.now() > config.desired.timeToLive / 2
    return isFresh && JSON.stringify(issued.content) === JSON.stringify(content)
  }

  async #sign(device: Device, content: DesiredContent, previous: number): Promise<IssuedState> {
    const { clock, config, trust } = this.#parts
    const issuedAt = clock.now()
    const expires = issuedAt + config.desired.timeToLive
    // From the clock, so that a database restored from a backup goes on above what devices hold.
    const seq = Math.max(previous + 1, issuedAt)
    const state: DesiredState = {
      v: 1,
      fleet: trust.id,
      device: device.id,
      seq,
      issuedAt,
      expires,
      ...content,
    }
    const payload = desiredStateCodec.encode(state)
    const envelope = await signEnvelope(payloadTypes.desired, payload, trust.signer)
    return { seq, issuedAt, expires, content, envelope }
  }
}

const toPlanned = (rollout: StoredRollout): PlannedRollout => ({
  id: rollout.id,
  release: {
    model: rollout.model,
    version: rollout.version,
    sha256: rollout.release,
    length: rollout.releaseLength,
  },
  selector: parseSelector(rollout.selector),
  isPaused: rollout.state === 'paused',
})
