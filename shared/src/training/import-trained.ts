import { ModelError } from '../errors/model-error.js'
import { readOnnx } from '../model/onnx/onnx-reader.js'
import type { OnnxInitializer } from '../model/onnx/onnx-model.js'
import { elementCount, type Tensor } from '../model/tensor.js'
import { fromTensorBytes } from '../model/tensor-bytes.js'
import { parameterShapes, type DenseArchitecture } from './dense-architecture.js'
import type { TrainedModel } from './training-request.js'

/**
 * What `exportInference` wrote, so that training can go on from a published model.
 *
 * @throws ModelError `model-not-onnx`, `model-truncated`, or `model-unsupported` when the file holds
 *   no network of that architecture
 */
export function importTrained(model: Uint8Array, architecture: DenseArchitecture): TrainedModel {
  const stored = new Map(readOnnx(model).initializers.map((tensor) => [tensor.name, tensor]))
  const read = (name: string, shape: readonly number[]): Tensor & { data: Float32Array } => {
    const data = readFloats(model, stored.get(name))
    if (data?.length === elementCount(shape)) return { dtype: 'float32', shape, data }
    throw new ModelError('model-unsupported', `the model has no float32 tensor ${name}`)
  }
  const shapes = Object.entries(parameterShapes(architecture))
  const vector = [architecture.features]
  return {
    architecture,
    parameters: Object.fromEntries(shapes.map(([name, shape]) => [name, read(name, shape)])),
    normalisation: {
      mean: read('normalisation.mean', vector).data,
      deviation: read('normalisation.deviation', vector).data,
    },
    history: [],
  }
}

function readFloats(
  model: Uint8Array,
  tensor: OnnxInitializer | undefined,
): Float32Array | undefined {
  if (tensor?.payload === undefined || tensor.elementType !== 'float32') return undefined
  const { offset, length } = tensor.payload
  const data = fromTensorBytes('float32', model.subarray(offset, offset + length))
  return data instanceof Float32Array ? data : undefined
}
