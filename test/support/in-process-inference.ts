import * as ort from 'onnxruntime-node'
import { createOnnxEngine } from '@kedge/shared/adapters/onnx-engine'
import type {
  InferenceHost,
  ProbeReport,
  Runner,
  RunnerSpec,
  RunResult,
} from '@kedge/shared/device/ports/inference'
import { ModelRunner } from '@kedge/shared/device/runner/model-runner'
import { InferenceError } from '@kedge/shared/errors/device-error'
import type { GoldenSample } from '@kedge/shared/model/golden-samples'
import type { Tensors } from '@kedge/shared/model/tensor'
import type { Label } from '@kedge/shared/telemetry/score'
import type { Clock } from '@kedge/shared/util/clock'

const engine = createOnnxEngine(ort)

/** Runners in this process, on the real ONNX Runtime: all but the process boundary. */
export class InProcessInference implements InferenceHost {
  readonly providers = ['cpu']
  readonly engine = { name: 'onnxruntime-node', version: ort.env.versions.common }
  readonly started: InProcessRunner[] = []
  /** Thrown by `start` while it is set. */
  failure: Error | undefined
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  async start(spec: RunnerSpec): Promise<Runner> {
    if (this.failure) throw this.failure
    const tag = `run${this.started.length}`
    const options = { engine, providers: this.providers, clock: this.#clock, tag }
    const runner = new InProcessRunner(spec.digest, await ModelRunner.load(spec, options))
    this.started.push(runner)
    return runner
  }

  /** Runners that have neither ended nor been ended. */
  get alive(): InProcessRunner[] {
    return this.started.filter(({ gone }) => gone === undefined)
  }
}

export class InProcessRunner implements Runner {
  gone: string | undefined
  /** Holds calls back until it resolves. */
  gate: Promise<void> = Promise.resolve()
  readonly #runner: ModelRunner
  readonly #listeners: ((reason: string) => void)[] = []

  constructor(
    readonly digest: string,
    runner: ModelRunner,
  ) {
    this.#runner = runner
  }

  get provider(): string {
    return this.#runner.provider
  }

  /** Ends it as if the process had died. */
  crash(reason: string): void {
    this.gone = reason
    for (const listener of this.#listeners) listener(reason)
  }

  async probe(samples: readonly GoldenSample[]): Promise<ProbeReport> {
    return this.#alive().probe(samples)
  }

  async run(inputs: Tensors): Promise<RunResult> {
    await this.gate
    return this.#alive().run(inputs)
  }

  async feedback(id: string, label: Label): Promise<boolean> {
    await Promise.resolve()
    return this.#alive().feedback(id, label)
  }

  async takeWindow(now: number) {
    await Promise.resolve()
    return this.#alive().takeWindow(now)
  }

  async takeOpenPredictions() {
    await Promise.resolve()
    return this.#alive().takeOpenPredictions()
  }

  onExit(listener: (reason: string) => void): void {
    this.#listeners.push(listener)
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.gone ??= 'it was ended'
    return Promise.resolve()
  }

  #alive(): ModelRunner {
    if (this.gone === undefined) return this.#runner
    throw new InferenceError('runner-crashed', this.gone)
  }
}
