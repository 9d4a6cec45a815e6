import type { ServedVersion } from '@kedge/shared/device/device-model'
import type { TensorSpec } from '@kedge/shared/model/tensor'
import { toDatatype } from './datatypes.js'
import type { Serving } from './serving.js'

/** "Server Metadata Response JSON Object" */
export const serverMetadata = ({ agent: { name, version } }: Serving) => ({
  name,
  version,
  extensions: ['kedge_feedback'],
})

/** "Model Metadata Response JSON Object" */
export const modelMetadata = (name: string, { release, provider }: ServedVersion) => ({
  name,
  versions: [release.version],
  platform: 'onnxruntime_onnx',
  inputs: release.inputs.map(tensorMetadata),
  outputs: release.outputs.map(tensorMetadata),
  parameters: { execution_provider: provider },
})

/** The protocol writes -1 for every extent that is not fixed. */
const tensorMetadata = ({ name, dtype, shape }: TensorSpec) => ({
  name,
  datatype: toDatatype(dtype),
  shape: shape.map((extent) => (typeof extent === 'number' ? extent : -1)),
})
