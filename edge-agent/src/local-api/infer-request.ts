import { z } from 'zod'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { checkDocument } from '@kedge/shared/model/document-codec'
import type { Tensors } from '@kedge/shared/model/tensor'
import type { RunResult } from '@kedge/shared/device/ports/inference'
import { decodeTensor } from './decode-tensor.js'
import { encodeTensor } from './encode-tensor.js'

/** Open Inference Protocol v2, "Inference Request JSON Object". */
const requestSchema = z.object({
  id: z.string().max(256).optional(),
  inputs: z
    .array(
      z.object({
        name: z.string(),
        shape: z.array(z.number().int().nonnegative()).max(16),
        datatype: z.string(),
        data: z.array(z.unknown()),
      }),
    )
    .min(1),
  outputs: z.array(z.object({ name: z.string() })).optional(),
})

export interface InferRequest {
  readonly id: string | undefined
  readonly inputs: Tensors
  /** Outputs to answer with; undefined means all. */
  readonly outputs: readonly string[] | undefined
}

/** @throws DocumentError, TensorError */
export function parseInferRequest(body: unknown): InferRequest {
  const { id, inputs, outputs } = checkDocument(requestSchema, body)
  return {
    id,
    inputs: Object.fromEntries(inputs.map((tensor) => [tensor.name, decodeTensor(tensor)])),
    outputs: outputs?.map(({ name }) => name),
  }
}

/**
 * "Inference Response JSON Object". `parameters.prediction` names the prediction for feedback; it is
 * also the `id` when the request had none.
 *
 * @throws UsageError `not-found` when the request names an output that the model does not have
 */
export function formatInferResponse(
  model: string,
  request: InferRequest,
  result: RunResult,
): string {
  const head = JSON.stringify({
    model_name: model,
    model_version: result.version,
    id: request.id ?? result.id,
    parameters: { prediction: result.id, latency_us: Math.round(result.latencyUs) },
  })
  const names = request.outputs ?? Object.keys(result.outputs)
  const outputs = names.map((name) => {
    const tensor = result.outputs[name]
    if (tensor !== undefined) return encodeTensor(name, tensor)
    const known = Object.keys(result.outputs).join(', ')
    throw new UsageError('not-found', `${model} has no output "${name}"; it has ${known}`)
  })
  return `${head.slice(0, -1)},"outputs":[${outputs.join()}]}`
}
