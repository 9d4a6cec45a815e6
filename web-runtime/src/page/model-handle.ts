import type { RunResult } from '@kedge/shared/device/ports/inference'
import type { Tensors } from '@kedge/shared/model/tensor'
import type { Label } from '@kedge/shared/telemetry/score'
import type { ModelVersion } from './runtime-events.js'

/** A model of the fleet, whatever version of it answers at the moment. */
export interface Model {
  readonly name: string
  /** The version that answers now. */
  readonly version: ModelVersion

  /**
   * Runs the current version in its worker. The page stays free meanwhile.
   *
   * @param inputs by name, each with its dtype, shape and row-major elements
   * @throws TensorError that names the tensor and both shapes; InferenceError
   */
  run(inputs: Tensors): Promise<RunResult>

  /**
   * Says what was true for an earlier prediction: a class by name or number, or the true value.
   * False when nobody remembers that prediction any more.
   */
  feedback(id: string, label: Label): Promise<boolean>
}
