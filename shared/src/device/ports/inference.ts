import type { GoldenSample } from '../../model/golden-samples.js'
import type { Release, Variant } from '../../model/release.js'
import type { Tensors } from '../../model/tensor.js'
import type { OpenPrediction } from '../../telemetry/open-predictions.js'
import type { ReferenceProfile } from '../../telemetry/reference-profile.js'
import type { Label } from '../../telemetry/score.js'
import type { TelemetryWindow } from '../../telemetry/window.js'

/** Everything a runner is given: bytes that have been verified, never a path. */
export interface RunnerSpec {
  readonly release: Release
  /** Digest of the signed release, which names the runner. */
  readonly digest: string
  readonly variant: Variant
  readonly model: Uint8Array
  readonly profile?: ReferenceProfile
}

export interface RunResult {
  /** Names this prediction for a later `feedback`. */
  readonly id: string
  readonly outputs: Tensors
  readonly version: string
  /** Time ONNX Runtime took, in microseconds. */
  readonly latencyUs: number
}

export interface ProbeReport {
  readonly provider: string
  readonly loadMs: number
  readonly latencyUs: number
  /** The largest |a - b| over all golden outputs. */
  readonly maxDifference?: number
}

/** One version of one model in a process or worker of its own. */
export interface Runner extends AsyncDisposable {
  readonly digest: string
  readonly provider: string

  /** Runs golden samples, or zeros where there are none. @throws DeploymentError, InferenceError */
  probe(samples: readonly GoldenSample[]): Promise<ProbeReport>

  /** @throws TensorError on wrong inputs; InferenceError */
  run(inputs: Tensors): Promise<RunResult>

  /** False when the prediction is not among those the runner remembers. */
  feedback(id: string, label: Label): Promise<boolean>

  /** What was counted since the last call; undefined when that is nothing. */
  takeWindow(now: number): Promise<TelemetryWindow | undefined>

  /** Predictions still waiting for a label; their memory moves on before the runner ends. */
  takeOpenPredictions(): Promise<OpenPrediction[]>

  /** Calls back once if the runner ends without having been asked to. */
  onExit(listener: (reason: string) => void): void
}

export interface InferenceHost {
  /** Execution providers this device has, best first. */
  readonly providers: readonly string[]
  readonly engine: { readonly name: string; readonly version: string }
  /** @throws InferenceError, DeploymentError `probe-failed` when the model does not load */
  start(spec: RunnerSpec): Promise<Runner>
}
