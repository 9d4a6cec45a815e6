import { describeError } from '../../errors/kedge-error.js'
import type { GoldenSample } from '../../model/golden-samples.js'
import type { Tolerance } from '../../model/release.js'
import type { Tensors } from '../../model/tensor.js'
import type { OpenPrediction } from '../../telemetry/open-predictions.js'
import { Recorder } from '../../telemetry/recorder.js'
import type { Label } from '../../telemetry/score.js'
import type { TelemetryWindow } from '../../telemetry/window.js'
import type { Clock } from '../../util/clock.js'
import type { ProbeReport, RunnerSpec, RunResult } from '../ports/inference.js'
import { checkInputs } from './check-inputs.js'
import type { Engine, EngineSession } from './engine.js'
import { probeSession } from './probe.js'

export interface ModelRunnerOptions {
  readonly engine: Engine
  readonly providers: readonly string[]
  readonly clock: Clock
  /** Makes prediction ids unlike those of every other runner. */
  readonly tag: string
}

/** A loaded model that counts what it does: what runs inside a child process or a worker. */
export class ModelRunner {
  readonly loadMs: number
  readonly #tolerance: Tolerance | undefined
  readonly #clock: Clock
  readonly #session: EngineSession
  readonly #recorder: Recorder
  /** Wall-clock time at which the monotonic clock was zero. */
  readonly #epoch: number
  readonly #version: string

  private constructor(parts: {
    spec: RunnerSpec
    options: ModelRunnerOptions
    session: EngineSession
    loadMs: number
  }) {
    const { spec, options, session } = parts
    // Not the spec itself: it holds the model's bytes, which ONNX Runtime has copied.
    this.#tolerance = spec.release.golden?.tolerance
    this.#clock = options.clock
    this.#session = session
    this.loadMs = parts.loadMs
    this.#epoch = options.clock.now() - options.clock.monotonic()
    this.#version = spec.release.version
    this.#recorder = new Recorder({
      release: spec.release,
      digest: spec.digest,
      provider: session.provider,
      profile: spec.profile,
      tag: options.tag,
      startedAt: options.clock.now(),
    })
  }

  /** @throws DeploymentError `probe-failed` when ONNX Runtime does not load the model */
  static async load(spec: RunnerSpec, options: ModelRunnerOptions): Promise<ModelRunner> {
    const start = options.clock.monotonic()
    const session = await options.engine.load(spec.model, options.providers)
    const loadMs = options.clock.monotonic() - start
    return new ModelRunner({ spec, options, session, loadMs })
  }

  get provider(): string {
    return this.#session.provider
  }

  /**
   * Not async: every promise on this path costs as much as counting a small output.
   *
   * @throws TensorError, InferenceError `inference-failed`
   */
  run(inputs: Tensors): Promise<RunResult> {
    try {
      checkInputs(inputs, this.#session.inputs)
    } catch (error) {
      return this.#refuse(error)
    }
    const start = this.#clock.monotonic()
    return this.#session.run(
      inputs,
      (outputs) => this.#countRun(inputs, outputs, start),
      (error) => this.#countError(error),
    )
  }

  // Async, so that it rejects.
  // eslint-disable-next-line @typescript-eslint/require-await
  async #refuse(error: unknown): Promise<never> {
    this.#countError(error)
    throw error
  }

  #countRun(inputs: Tensors, outputs: Tensors, start: number): RunResult {
    const end = this.#clock.monotonic()
    const latencyUs = (end - start) * 1000
    // The wall clock is read once, when the model is loaded.
    const id = this.#recorder.record(inputs, outputs, { latencyUs, at: this.#epoch + end })
    return { id, outputs, version: this.#version, latencyUs }
  }

  #countError(error: unknown): void {
    this.#recorder.recordError(describeError(error, 'inference-failed').code)
  }

  /** Not counted: a probe says nothing of real inputs. */
  probe(samples: readonly GoldenSample[]): Promise<ProbeReport> {
    return probeSession(this.#session, {
      samples,
      tolerance: this.#tolerance,
      clock: this.#clock,
      loadMs: this.loadMs,
    })
  }

  feedback(id: string, label: Label): boolean {
    return this.#recorder.feedback(id, label)
  }

  takeWindow(now: number): TelemetryWindow | undefined {
    return this.#recorder.takeWindow(now)
  }

  takeOpenPredictions(): OpenPrediction[] {
    return this.#recorder.takeOpenPredictions()
  }

  release(): Promise<void> {
    return this.#session.release()
  }
}
