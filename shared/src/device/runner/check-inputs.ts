import { TensorError } from '../../errors/model-error.js'
import {
  elementCount,
  formatShape,
  type Tensor,
  type Tensors,
  type TensorSpec,
} from '../../model/tensor.js'

/** @throws TensorError that names the tensor, what the model takes and what it was given */
export function checkInputs(inputs: Tensors, specs: readonly TensorSpec[]): void {
  for (const spec of specs) {
    const tensor = inputs[spec.name]
    if (tensor === undefined) throw missing(spec, inputs)
    if (tensor.dtype !== spec.dtype) {
      throw new TensorError(`input "${spec.name}" must be ${spec.dtype}, not ${tensor.dtype}`)
    }
    if (!fits(tensor.shape, spec.shape)) {
      throw new TensorError(
        `input "${spec.name}" must have shape ${formatShape(spec.shape)}, not ${formatShape(tensor.shape)}`,
      )
    }
    if (tensor.data.length !== elementCount(tensor.shape)) throw wrongLength(spec.name, tensor)
  }
  // All that the model takes are there, so any more is one that it does not.
  let given = 0
  for (const _name in inputs) given += 1
  if (given !== specs.length) throw unknown(Object.keys(inputs), specs)
}

function fits(shape: readonly number[], spec: TensorSpec['shape']): boolean {
  if (shape.length !== spec.length) return false
  for (let i = 0; i < shape.length; i++) {
    const extent = spec[i]
    if (typeof extent === 'number' && extent !== shape[i]) return false
  }
  return true
}

function wrongLength(name: string, { shape, data }: Tensor): TensorError {
  return new TensorError(
    `input "${name}" has ${data.length} elements; shape ${formatShape(shape)} needs ${elementCount(shape)}`,
  )
}

function missing(spec: TensorSpec, inputs: Tensors): TensorError {
  const given = Object.keys(inputs)
  return new TensorError(
    `input "${spec.name}" (${spec.dtype} ${formatShape(spec.shape)}) is missing; ` +
      (given.length === 0 ? 'no input was given' : `given: ${given.join(', ')}`),
  )
}

function unknown(names: readonly string[], specs: readonly TensorSpec[]): TensorError {
  const extra = names.filter((name) => !specs.some((spec) => spec.name === name))
  return new TensorError(
    `the model has no input "${extra.join('", "')}"; it takes ${nameAll(specs)}`,
  )
}

const nameAll = (specs: readonly TensorSpec[]) =>
  specs.map(({ name, dtype, shape }) => `"${name}" (${dtype} ${formatShape(shape)})`).join(', ')
