import type { ProbeReport, Runner, RunResult } from '@kedge/shared/device/ports/inference'
import type { GoldenSample } from '@kedge/shared/model/golden-samples'
import type { Tensors } from '@kedge/shared/model/tensor'
import type { OpenPrediction } from '@kedge/shared/telemetry/open-predictions'
import type { Label } from '@kedge/shared/telemetry/score'
import type { TelemetryWindow } from '@kedge/shared/telemetry/window'

/** Starts the same version on WebAssembly, once it is known why WebGPU will not do. */
export type StartFallback = (reason: string) => Promise<Runner>

/**
 * A runner on WebGPU until its probe says otherwise: adapters that load a model and then compute wrong
 * numbers exist, so a version that misses its golden samples runs on WebAssembly instead.
 */
export class GpuRunner implements Runner {
  #inner: Runner
  #proven = false
  readonly #startFallback: StartFallback
  readonly #exitListeners: ((reason: string) => void)[] = []

  constructor(onGpu: Runner, startFallback: StartFallback) {
    this.#inner = onGpu
    this.#startFallback = startFallback
  }

  get digest(): string {
    return this.#inner.digest
  }

  get provider(): string {
    return this.#inner.provider
  }

  async probe(samples: readonly GoldenSample[]): Promise<ProbeReport> {
    if (this.#proven) return this.#inner.probe(samples)
    const report = await this.#inner.probe(samples).catch((error: unknown) => this.#leave(error))
    if (report === undefined) return this.probe(samples)
    this.#prove()
    return report
  }

  run(inputs: Tensors): Promise<RunResult> {
    return this.#inner.run(inputs)
  }

  feedback(id: string, label: Label): Promise<boolean> {
    return this.#inner.feedback(id, label)
  }

  takeWindow(now: number): Promise<TelemetryWindow | undefined> {
    return this.#inner.takeWindow(now)
  }

  takeOpenPredictions(): Promise<OpenPrediction[]> {
    return this.#inner.takeOpenPredictions()
  }

  onExit(listener: (reason: string) => void): void {
    if (this.#proven) this.#inner.onExit(listener)
    else this.#exitListeners.push(listener)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner[Symbol.asyncDispose]()
  }

  async #leave(error: unknown): Promise<undefined> {
    const onGpu = this.#inner
    this.#inner = await this.#startFallback(error instanceof Error ? error.message : String(error))
    this.#prove()
    await onGpu[Symbol.asyncDispose]()
  }

  /** From now on an end of the runner is an end of this one. */
  #prove(): void {
    this.#proven = true
    for (const listener of this.#exitListeners.splice(0)) this.#inner.onExit(listener)
  }
}
