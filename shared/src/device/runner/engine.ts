import type { Tensors, TensorSpec } from '../../model/tensor.js'

/** A model that ONNX Runtime has loaded. */
export interface EngineSession {
  readonly provider: string
  readonly inputs: readonly TensorSpec[]
  readonly outputs: readonly TensorSpec[]
  /** @throws InferenceError `inference-failed` */
  run(inputs: Tensors): Promise<Tensors>
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
