import { ModelError } from '../../errors/model-error.js'
import type { TensorSpec } from '../tensor.js'
import { isDType } from './element-type.js'
import type { OnnxModel, OnnxValue } from './onnx-model.js'

/**
 * The tensors to feed and the tensors to get. Outputs of other kinds (the maps that ZipMap gives,
 * sequences) are left out: the runtime is asked for the others only.
 *
 * @throws ModelError `model-unsupported` for inputs that cannot be fed, and where no output is left
 */
export function toRunnableSpecs(model: OnnxModel): {
  inputs: TensorSpec[]
  outputs: TensorSpec[]
} {
  const outputs = model.outputs.filter(({ kind }) => kind === 'tensor' || kind === 'untyped')
  if (outputs.length === 0) {
    const kinds = model.outputs.map(({ name, kind }) => `"${name}" (${kind})`).join(', ')
    throw unsupported(
      `none of its outputs is a tensor: ${kinds || 'it has none'}; add an output that is one`,
    )
  }
  return {
    inputs: model.inputs.map((value) => toSpec(value, 'input')),
    outputs: outputs.map((value) => toSpec(value, 'output')),
  }
}

function toSpec(value: OnnxValue, role: 'input' | 'output'): TensorSpec {
  const { name } = value
  if (value.kind !== 'tensor') {
    throw unsupported(`the ${role} "${name}" is of kind ${value.kind}; only tensors can be passed`)
  }
  if (!isDType(value.elementType)) {
    throw unsupported(
      `the ${role} "${name}" has the element type ${value.elementType}, which cannot be passed; ` +
        'cast it inside the model',
    )
  }
  if (value.shape === null && role === 'input') {
    throw unsupported(
      `the input "${name}" has no shape; declare one, with names for the dimensions that vary`,
    )
  }
  return { name, dtype: value.elementType, shape: value.shape ?? [] }
}

const unsupported = (reason: string): ModelError =>
  new ModelError('model-unsupported', `the model cannot run: ${reason}`)
