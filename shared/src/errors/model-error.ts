import { KedgeError } from './kedge-error.js'

/** A model file that cannot be accepted. */
export class ModelError extends KedgeError<
  | 'model-not-onnx'
  | 'model-truncated'
  | 'model-unsupported'
  | 'model-external-data'
  | 'model-too-large'
> {
  override name = 'ModelError'
}

/** Inputs that a model does not take, or outputs that it should not give. */
export class TensorError extends KedgeError<'tensor-mismatch'> {
  override name = 'TensorError'

  constructor(message: string, options?: { cause?: unknown }) {
    super('tensor-mismatch', message, options)
  }
}
