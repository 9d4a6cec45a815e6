import { InferenceError } from '../errors/device-error.js'
import type { Tensors } from '../model/tensor.js'
import type { Label } from '../telemetry/score.js'
import type { TelemetryWindow } from '../telemetry/window.js'
import type { Clock } from '../util/clock.js'
import type { DeviceLog } from './ports/host.js'
import type { RunResult } from './ports/inference.js'
import { RetiredLedger, type RetiredVersion } from './retired-ledger.js'
import type { LoadedRelease } from './loaded-release.js'

/** A version that takes calls, and how many are under way. */
interface Serving extends LoadedRelease {
  readonly since: number
  calls: number
  idle: (() => void) | undefined
}

export interface InferenceServiceOptions {
  readonly clock: Clock
  readonly log: DeviceLog
  /** Something changed that decides what is to be done next. */
  readonly onChange: () => void
}

/** Which version answers for each slot. Moving the traffic is moving one reference. */
export class InferenceService {
  readonly #options: InferenceServiceOptions
  readonly #serving = new Map<string, Serving>()
  readonly #candidates = new Map<string, LoadedRelease>()
  readonly #retiring = new Set<Promise<void>>()
  /** Runners that end their last calls. */
  readonly #draining = new Set<Serving>()
  readonly #finished: TelemetryWindow[] = []
  readonly #ledger: RetiredLedger
  readonly #crashes = new Map<string, { readonly digest: string; count: number }>()

  constructor(options: InferenceServiceOptions) {
    this.#options = options
    this.#ledger = new RetiredLedger(options.clock.now())
  }

  /** Digest of the release that each slot serves. */
  get running(): ReadonlyMap<string, string> {
    return new Map([...this.#serving].map(([slot, { ref }]) => [slot, ref.sha256]))
  }

  serving(slot: string): (LoadedRelease & { readonly since: number }) | undefined {
    return this.#serving.get(slot)
  }

  /** How often the runner of a slot has ended by itself since its version was installed. */
  crashes(slot: string): number {
    return this.#crashes.get(slot)?.count ?? 0
  }

  /** @throws InferenceError `model-not-ready`; whatever the runner throws */
  async run(slot: string, inputs: Tensors): Promise<RunResult> {
    const serving = this.#serving.get(slot)
    if (!serving) {
      throw new InferenceError(
        'model-not-ready',
        `no version of ${slot} is ready on this device yet`,
      )
    }
    serving.calls += 1
    try {
      return await serving.runner.run(inputs)
    } finally {
      serving.calls -= 1
      if (serving.calls === 0) serving.idle?.()
    }
  }

  /** False when no prediction waits under `id`, for instance because it was long ago. */
  async feedback(slot: string, id: string, label: Label): Promise<boolean> {
    const serving = this.#serving.get(slot)
    for (const { runner } of [...(serving ? [serving] : []), ...this.#draining]) {
      if (await runner.feedback(id, label).catch(toUnknown)) return true
    }
    return this.#ledger.feedback(id, label)
  }

  /** Serves a release from now on; whatever served before is let finish its calls and ended. */
  install(slot: string, loaded: LoadedRelease, since: number): void {
    const before = this.#serving.get(slot)
    const serving: Serving = { ...loaded, since, calls: 0, idle: undefined }
    this.#serving.set(slot, serving)
    if (this.#crashes.get(slot)?.digest !== loaded.ref.sha256) this.#crashes.delete(slot)
    loaded.runner.onExit((reason) => this.#onExit(slot, serving, reason))
    if (before) this.#retire(before)
    this.#options.onChange()
  }

  async setCandidate(slot: string, loaded: LoadedRelease): Promise<void> {
    await this.discardCandidate(slot)
    this.#candidates.set(slot, loaded)
    loaded.runner.onExit(() => {
      if (this.#candidates.get(slot) === loaded) this.#candidates.delete(slot)
    })
  }

  /** Installs the candidate if it is of that release; gives the name of its variant. */
  promoteCandidate(slot: string, digest: string, now: number): string | undefined {
    const candidate = this.#candidates.get(slot)
    if (candidate?.ref.sha256 !== digest) return undefined
    this.#candidates.delete(slot)
    this.install(slot, candidate, now)
    return candidate.variant
  }

  /** Ends a candidate that is no longer wanted, if there is one. */
  async discardCandidate(slot: string): Promise<void> {
    const candidate = this.#candidates.get(slot)
    this.#candidates.delete(slot)
    await candidate?.runner[Symbol.asyncDispose]()
  }

  async drop(slot: string): Promise<void> {
    await this.discardCandidate(slot)
    this.#crashes.delete(slot)
    const serving = this.#serving.get(slot)
    this.#serving.delete(slot)
    if (serving) this.#retire(serving)
    this.#options.onChange()
  }

  /** Everything counted since the last call, by all runners, living and retired. */
  async takeWindows(now: number): Promise<TelemetryWindow[]> {
    const windows = this.#finished.splice(0)
    for (const { runner } of this.#serving.values()) {
      const window = await runner.takeWindow(now).catch(() => undefined)
      if (window) windows.push(window)
    }
    return [...windows, ...this.#ledger.takeWindows(now)]
  }

  /** Ends all runners, after what they have counted was taken. */
  async close(): Promise<TelemetryWindow[]> {
    for (const slot of [...this.#serving.keys()]) await this.drop(slot)
    for (const slot of [...this.#candidates.keys()]) await this.discardCandidate(slot)
    await Promise.all(this.#retiring)
    return this.takeWindows(this.#options.clock.now())
  }

  #retire(serving: Serving): void {
    const retiring = this.#drain(serving).catch((error: unknown) =>
      this.#options.log.warn('a runner did not end well', { error: String(error) }),
    )
    this.#retiring.add(retiring)
    void retiring.then(() => this.#retiring.delete(retiring))
  }

  async #drain(serving: Serving): Promise<void> {
    const { runner } = serving
    this.#draining.add(serving)
    try {
      if (serving.calls > 0) await new Promise<void>((resolve) => (serving.idle = resolve))
      // The window last: labels that come until then are in it.
      this.#ledger.retire(versionOf(serving), await runner.takeOpenPredictions())
      const window = await runner.takeWindow(this.#options.clock.now())
      if (window) this.#finished.push(window)
    } finally {
      this.#draining.delete(serving)
      await runner[Symbol.asyncDispose]()
    }
  }

  #onExit(slot: string, serving: Serving, reason: string): void {
    if (this.#serving.get(slot) !== serving) return
    this.#options.log.warn('the runner of a model has ended', { slot, reason })
    this.#serving.delete(slot)
    this.#crashes.set(slot, { digest: serving.ref.sha256, count: this.crashes(slot) + 1 })
    this.#ledger.recordCrash(versionOf(serving))
    this.#options.onChange()
  }
}

/** A runner that has ended remembers nothing; any other error is the caller's. */
function toUnknown(error: unknown): boolean {
  if (error instanceof InferenceError) return false
  throw error
}

const versionOf = ({ release, ref, runner }: LoadedRelease): RetiredVersion => ({
  release,
  digest: ref.sha256,
  provider: runner.provider,
})
