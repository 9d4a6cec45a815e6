import type { InferenceError } from '../../errors/device-error.js'
import type { Tensors, TensorSpec } from '../../model/tensor.js'

/** A model that ONNX Runtime has loaded. */
export interface EngineSession {
  readonly provider: string
  readonly inputs: readonly TensorSpec[]
  readonly outputs: readonly TensorSpec[]
  /**
   * Gives what `done` makes of the outputs: one promise for both, on the path of every inference.
   *
   * @param failed is told of the error before it is thrown
   * @throws InferenceError `inference-failed`
   */
  run<T>(
    inputs: Tensors,
    done: (outputs: Tensors) => T,
    failed?: (error: InferenceError) => void,
  ): Promise<T>
  release(): Promise<void>
}

/** ONNX Runtime, of Node or of the web, as a runner sees it. */
export interface Engine {
  /**
   * @param providers execution providers to try, best first
   * @throws DeploymentError `probe-failed` with ONNX Runtime's own reason
   */
  load(model: Uint8Array, providers: readonly string[]): Promise<EngineSession>
}
