import { ModelError } from '../../errors/model-error.js'
import { type Bytes, MiB, formatBytes } from '../../util/units.js'
import type { TensorSpec } from '../tensor.js'
import { checkExternalData } from './check-external-data.js'
import { checkOperators } from './check-operators.js'
import { recogniseForeignFormat } from './foreign-format.js'
import type { OnnxModel } from './onnx-model.js'
import { readOnnx } from './onnx-reader.js'
import { toRunnableSpecs } from './runnable-specs.js'

export interface AdmissionRules {
  /** Whether ONNX Runtime's own operators (`com.microsoft`) may be used. */
  readonly allowContribOps: boolean
  readonly maxBytes: Bytes
}

export const defaultAdmissionRules: AdmissionRules = {
  allowContribOps: true,
  maxBytes: MiB(1024),
}

/** A model that passed: what the file says and the tensors a device feeds and gets. */
export interface AdmittedModel {
  readonly model: OnnxModel
  readonly inputs: readonly TensorSpec[]
  /** Tensor outputs only; `model.outputs` has the others too. */
  readonly outputs: readonly TensorSpec[]
}

/**
 * Refuses what cannot run or must not travel, and says why and what to do. What passes can still
 * be refused by ONNX Runtime, which alone knows its kernels and checks every shape.
 *
 * @throws ModelError `model-not-onnx`, `model-truncated`, `model-unsupported`,
 *   `model-external-data` or `model-too-large`
 */
export function admitModel(bytes: Uint8Array, rules: Partial<AdmissionRules> = {}): AdmittedModel {
  const { allowContribOps, maxBytes } = { ...defaultAdmissionRules, ...rules }
  if (bytes.length > maxBytes) {
    throw new ModelError(
      'model-too-large',
      `the model has ${formatBytes(bytes.length)}; the limit is ${formatBytes(maxBytes)}`,
    )
  }
  const foreign = recogniseForeignFormat(bytes)
  if (foreign !== undefined) {
    throw new ModelError('model-not-onnx', `not an ONNX model: ${foreign}`)
  }
  const model = readOnnx(bytes)
  checkExternalData(model)
  checkOperators(model, { allowContribOps })
  return { model, ...toRunnableSpecs(model) }
}
