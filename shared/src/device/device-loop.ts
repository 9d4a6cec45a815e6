import { DeploymentError } from '../errors/device-error.js'
import { KedgeError } from '../errors/kedge-error.js'
import { retrySchedule } from '../util/retry-schedule.js'
import type { Ms } from '../util/units.js'
import { Minutes, Seconds } from '../util/units.js'
import { advance, maxMoves, type Deployment } from './deployment-machine.js'
import type { SlotRecord } from './device-record.js'
import type { DeviceState } from './device-state.js'
import type { InferenceService } from './inference-service.js'
import type { DeviceHost } from './ports/host.js'
import { toProblem } from './problem.js'
import { reconcile, type Step } from './reconcile.js'
import { executeStep, type SlotStep } from './steps/executors.js'
import { pruneStore } from './steps/prune-store.js'
import type { StepContext } from './steps/step-context.js'

/** Attempts at something that can succeed later: a chunk that is missing, a disk that is full. */
const retry = { first: Seconds(1), factor: 2, cap: Minutes(5), jitter: 0.5 }

/** Steps that end whatever is under way for their slot. */
const ending = new Set<Step['kind']>(['begin', 'settle', 'refuse', 'withdraw', 'drop'])

interface Running {
  readonly step: SlotStep
  readonly abort: AbortController
  readonly done: Promise<void>
}

/** Ends by being told so, never by the time: a timer may fire before a clock says that it is due. */
interface Pause {
  isOver: boolean
  readonly delays: Iterator<Ms>
}

export interface DeviceLoopOptions {
  readonly host: DeviceHost
  readonly state: DeviceState
  readonly service: InferenceService
  readonly onChange: () => void
}

/** Carries out, slot by slot and side by side, the steps that lead to the desired state. */
export class DeviceLoop {
  readonly #options: DeviceLoopOptions
  readonly #running = new Map<string, Running>()
  readonly #pauses = new Map<string, Pause>()
  readonly #progress = new Map<string, { done: number; total: number }>()
  readonly #crashesSeen = new Map<string, number>()
  /** Slots whose version could not be started the last time. */
  readonly #stuck = new Set<string>()
  readonly #stopping = new AbortController()
  #pruning: Promise<void> | undefined
  #untidy = true

  constructor(options: DeviceLoopOptions) {
    this.#options = options
  }

  progress(slot: string): { done: number; total: number } | undefined {
    return this.#progress.get(slot)
  }

  /** Looks at what is to be done, now. Cheap to call for any reason. */
  wake(): void {
    if (this.#stopping.signal.aborted || this.#pruning) return
    const { state, service } = this.#options
    const steps = reconcile(state.desired, {
      record: state.record,
      running: service.running,
      mayChange: state.mayChange,
      stuck: this.#stuck,
      untidy: this.#untidy && this.#running.size === 0,
    })
    this.#abortSuperseded(steps)
    for (const step of steps) {
      if (step.kind === 'prune') this.#prune()
      else if (!this.#running.has(step.slot) && !this.#mustWait(step)) {
        if (!this.#holdBack(step)) this.#start(step)
      }
    }
  }

  /** What waited for the network need not wait out its pause. */
  retryNow(): void {
    for (const pause of this.#pauses.values()) pause.isOver = true
    this.wake()
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new DeploymentError('deployment-superseded', 'the device is stopping'))
    for (const { abort } of this.#running.values()) abort.abort(this.#stopping.signal.reason)
    await Promise.all([...this.#running.values()].map(({ done }) => done))
    await this.#pruning
  }

  /** The first crash of a version is answered at once, each further one after a longer pause. */
  #holdBack(step: SlotStep): boolean {
    const crashes = this.#options.service.crashes(step.slot)
    const before = this.#crashesSeen.get(step.slot) ?? 1
    // Fewer than before are those of another version.
    const seen = crashes < before ? 1 : before
    if (step.kind !== 'start' || crashes <= seen) return false
    this.#crashesSeen.set(step.slot, crashes)
    this.#pause(step.slot)
    return true
  }

  #start(step: SlotStep): void {
    const abort = new AbortController()
    // Begun a turn later: a step that takes effect at once would wake the loop before it is noted
    // as running, and be taken twice.
    const done = Promise.resolve()
      .then(() => this.#execute(step, abort.signal))
      .finally(() => {
        this.#running.delete(step.slot)
        this.#options.onChange()
        this.wake()
      })
    this.#running.set(step.slot, { step, abort, done })
  }

  async #execute(step: SlotStep, signal: AbortSignal): Promise<void> {
    const { state } = this.#options
    try {
      checkMoves(step)
      const record = await executeStep(step, this.#context(), signal)
      // A switch has moved the traffic: what it did is so, wanted or not.
      if (signal.aborted && step.kind !== 'switch') return
      await state.saveSlot(step.slot, record)
      if (step.kind === 'start' || step.kind === 'switch') this.#stuck.delete(step.slot)
      // A runner that keeps ending is started again ever later.
      if (step.kind !== 'start') this.#pauses.delete(step.slot)
      this.#progress.delete(step.slot)
      if (step.kind === 'switch' || step.kind === 'drop') this.#untidy = true
    } catch (error) {
      if (!signal.aborted) await this.#fail(step, error)
    }
  }

  async #fail(step: SlotStep, error: unknown): Promise<void> {
    const { state, host } = this.#options
    const reason = toProblem(error, 'probe-failed')
    const passing = error instanceof KedgeError && error.retryable
    if (step.kind === 'start') this.#stuck.add(step.slot)
    host.log.warn('a step failed', { step: step.kind, slot: step.slot, ...reason })
    const record = failedRecord(state.record.slots[step.slot] ?? {}, {
      step,
      reason,
      passing,
      now: host.clock.now(),
    })
    try {
      await state.saveSlot(step.slot, record)
    } catch (saveError) {
      host.log.warn('the state could not be saved', {
        ...toProblem(saveError, 'storage-failed'),
      })
    }
    this.#untidy = true
    if (reason.code === 'storage-full') await this.#makeRoom()
    this.#pause(step.slot)
  }

  /** A release to fall back to is worth less than the one that is wanted. */
  async #makeRoom(): Promise<void> {
    const { state, host } = this.#options
    const kept = Object.entries(state.record.slots).map(
      ([slot, { previous: _previous, ...rest }]) => [slot, rest] as const,
    )
    try {
      // The files first: on a full disk the record cannot be saved before.
      await pruneStore({ ...this.#context(), slots: Object.fromEntries(kept) })
      for (const [slot, record] of kept) {
        if (state.record.slots[slot]?.previous) await state.saveSlot(slot, record)
      }
    } catch (error) {
      host.log.warn('no room could be made', { ...toProblem(error, 'storage-failed') })
    }
  }

  #pause(slot: string): void {
    const { clock, entropy } = this.#options.host
    const delays = this.#pauses.get(slot)?.delays ?? retrySchedule(retry, entropy)
    const pause = { isOver: false, delays }
    this.#pauses.set(slot, pause)
    clock.sleep(delays.next().value as Ms, this.#stopping.signal).then(
      () => {
        pause.isOver = true
        this.wake()
      },
      () => undefined,
    )
  }

  #mustWait(step: SlotStep): boolean {
    const { service } = this.#options
    // What must not run ends at once, whatever its slot waits for.
    const isOver = step.kind === 'withdraw' || step.kind === 'drop'
    if (isOver && service.running.has(step.slot)) return false
    return this.#pauses.get(step.slot)?.isOver === false
  }

  /** Ends the deployments of releases that are no longer wanted. */
  #abortSuperseded(steps: readonly Step[]): void {
    for (const [slot, { step, abort }] of this.#running) {
      const next = steps.find((one) => one.kind !== 'prune' && one.slot === slot)
      if (!('deployment' in step) || next === undefined) continue
      if (ending.has(next.kind)) {
        abort.abort(
          new DeploymentError('deployment-superseded', 'a newer desired state took its place'),
        )
      }
    }
  }

  #prune(): void {
    this.#untidy = false
    this.#pruning = pruneStore(this.#context())
      .catch((error: unknown) =>
        this.#options.host.log.warn('the store could not be tidied', { error: String(error) }),
      )
      .finally(() => {
        this.#pruning = undefined
        this.#options.onChange()
        this.wake()
      })
  }

  #context(): StepContext {
    const { host, service, state } = this.#options
    return {
      host,
      service,
      bars: state.record.bars,
      vouch: (release) => state.vouch(release),
      slots: state.record.slots,
      progress: (slot, done, total) => {
        this.#progress.set(slot, { done, total })
        this.#options.onChange()
      },
    }
  }
}

function checkMoves(step: SlotStep): void {
  if (!('deployment' in step) || step.deployment.moves < maxMoves) return
  throw new DeploymentError(
    'deployment-looping',
    `it took ${step.deployment.moves} steps without coming to an end`,
  )
}

/** The slot with the reason noted: a passing one keeps its place, any other ends the deployment. */
function failedRecord(
  record: SlotRecord,
  failure: {
    step: SlotStep
    reason: { code: string; message: string }
    passing: boolean
    now: number
  },
): SlotRecord {
  const { step, reason, passing, now } = failure
  const deployment = deploymentOf(step, record, now)
  if (!deployment || step.kind === 'withdraw') return record
  // The version that serves, or would: it is tried again, for it was good once.
  if (step.kind === 'start' && deployment.release.sha256 !== record.active?.release.sha256) {
    return record
  }
  if (passing || step.kind === 'start') return { ...record, deployment: { ...deployment, reason } }
  return { ...record, deployment: advance(deployment, { type: 'failed', reason }, now) }
}

function deploymentOf(step: SlotStep, record: SlotRecord, now: number): Deployment | undefined {
  if ('deployment' in step) return step.deployment
  if (step.kind !== 'begin' && step.kind !== 'settle') return record.deployment
  const { release, rollout, attempt } = step.desired
  return { release, rollout, attempt, state: 'resolving', since: now, moves: 0 }
}
