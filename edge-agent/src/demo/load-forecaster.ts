import type { DeviceModel } from '@kedge/shared/device/device-model'
import { historyNeeded, loadFeatures } from '@kedge/shared/demo/load-forecaster/load-features'
import { loadTarget, targetTo } from '@kedge/shared/demo/load-forecaster/load-target'
import { loadForecaster } from '@kedge/shared/demo/load-forecaster/train-load-forecaster'
import type { HostSample } from '@kedge/shared/demo/load-forecaster/host-sample'
import type { DeviceLog } from '@kedge/shared/device/ports/host'
import { KedgeError } from '@kedge/shared/errors/kedge-error'
import type { Clock } from '@kedge/shared/util/clock'
import { Seconds, type Ms } from '@kedge/shared/util/units'

export interface ForecasterOptions {
  readonly model: DeviceModel
  /** Undefined while there is nothing to compare with. */
  readonly sample: () => Promise<HostSample | undefined>
  readonly clock: Clock
  readonly log: DeviceLog
  /** Between two predictions. */
  readonly every: Ms
}

interface Forecast {
  readonly id: string
  readonly at: Ms
  readonly predicted: number
}

const sampleEvery = Seconds(1)

/** Predicts this host's load one minute ahead, and a minute later says how it turned out. */
export class LoadForecaster {
  readonly #options: ForecasterOptions
  #history: HostSample[] = []
  #open: Forecast[] = []
  #lastForecastAt = 0
  #waiting = false

  constructor(options: ForecasterOptions) {
    this.#options = options
  }

  /** Goes on until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    while (!signal.aborted) {
      await this.tick()
      await clock.sleep(sampleEvery, signal).catch(() => undefined)
    }
  }

  /** Takes one sample and does what is due. */
  async tick(): Promise<void> {
    const { clock, every, sample } = this.#options
    const taken = await sample()
    if (taken === undefined) return
    const oldest = taken.at - historyNeeded
    this.#history = [...this.#history.filter(({ at }) => at > oldest), taken]
    await this.#giveTruth()
    if (clock.now() - this.#lastForecastAt >= every) await this.#forecast()
  }

  async #forecast(): Promise<void> {
    const { clock, log, model } = this.#options
    const at = clock.now()
    const features = loadFeatures(this.#history, at)
    if (features === undefined) return
    this.#lastForecastAt = at
    if (!this.#isReady()) return
    try {
      const row = { dtype: 'float32', shape: [1, features.length], data: features } as const
      const { id, outputs, version } = await model.run({ [loadForecaster.input]: row })
      const predicted = Number(outputs[loadForecaster.output]?.data[0])
      this.#open.push({ id, at, predicted })
      log.info('predicted the load in one minute', { version, predicted, now: features[0] })
    } catch (error) {
      if (!(error instanceof KedgeError)) throw error
      log.warn('no prediction', { code: error.code, reason: error.message })
    }
  }

  /** Says once that the model is missing, and once that it has come. */
  #isReady(): boolean {
    const { log, model } = this.#options
    const version = model.version?.release.version
    if (version === undefined && !this.#waiting) {
      log.info(`waiting for the model ${model.name}; predictions begin when it arrives`)
    } else if (version !== undefined && this.#waiting) {
      log.info(`the model ${model.name} has arrived`, { version })
    }
    this.#waiting = version === undefined
    return !this.#waiting
  }

  async #giveTruth(): Promise<void> {
    const { clock, log, model } = this.#options
    const due = this.#open.filter(({ at }) => clock.now() >= at + targetTo)
    for (const forecast of due) {
      const truth = loadTarget(this.#history, forecast.at)
      // Without one there were no samples in that time, as after a suspended laptop wakes.
      if (truth === undefined && clock.now() < forecast.at + 2 * targetTo) continue
      this.#open = this.#open.filter((one) => one !== forecast)
      if (truth === undefined) continue
      const counted = await model.feedback(forecast.id, truth)
      log.info('the minute is over', { predicted: forecast.predicted, truth, counted })
    }
  }
}
