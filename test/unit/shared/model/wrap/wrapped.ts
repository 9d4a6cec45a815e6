import * as ort from 'onnxruntime-node'
import { GraphBuilder } from '@kedge/shared/model/onnx/graph-builder'
import type { Dimension, DType } from '@kedge/shared/model/tensor'
import { wrapModel } from '@kedge/shared/model/wrap/wrap-model'
import { wrapStepsSchema } from '@kedge/shared/model/wrap/wrap-steps'

/** A model that gives back what it is fed, so that a test sees what the steps computed. */
export function echo(
  shape: readonly Dimension[],
  dtype: DType = 'float32',
  opset = 18,
): Uint8Array {
  const graph = new GraphBuilder('echo')
  const x = graph.input('x', dtype, shape)
  graph.output(x, { name: 'y', dtype, shape })
  return graph.toModel({ opset })
}

export const wrap = (model: Uint8Array, steps: unknown): Uint8Array =>
  wrapModel(model, wrapStepsSchema.parse(steps))

export async function run(
  model: Uint8Array,
  feeds: Record<string, ort.Tensor>,
): Promise<Record<string, ort.Tensor>> {
  const session = await ort.InferenceSession.create(model, { logSeverityLevel: 3 })
  const results = await session.run(feeds)
  await session.release()
  return results
}

export const numbers = (tensor: ort.Tensor | undefined): number[] =>
  [...(tensor!.data as Float32Array)].map((value) => Math.round(value * 1e4) / 1e4)
