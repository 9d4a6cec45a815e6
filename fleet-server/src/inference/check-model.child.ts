import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import type { DType, Tensors } from '@kedge/shared/model/tensor'
import type { CheckAnswer, CheckRequest } from './check-protocol.js'

// A process of its own: a model that hangs ONNX Runtime can only be stopped with its process.
process.once('message', (request: CheckRequest) => {
  void check(request).then((answer) => process.send?.(answer, () => process.disconnect()))
})

async function check({ model, inputs, outputs }: CheckRequest): Promise<CheckAnswer> {
  let stage: 'load' | 'run' = 'load'
  try {
    const session = await InferenceSession.create(model, {
      intraOpNumThreads: 1,
      logSeverityLevel: 4,
    })
    stage = 'run'
    const results: Tensors[] = []
    for (const feeds of inputs) {
      results.push(fromOrt(await session.run(toOrt(feeds), [...outputs])))
    }
    return { outputs: results }
  } catch (error) {
    return { refused: stage, reason: error instanceof Error ? error.message : String(error) }
  }
}

const toOrt = (tensors: Tensors) =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, { dtype, data, shape }]) => [
      name,
      new OrtTensor(dtype, data as never, [...shape]),
    ]),
  )

const fromOrt = (tensors: Readonly<Record<string, OrtTensor>>): Tensors =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, { type, data, dims }]) => [
      name,
      { dtype: type as DType, shape: dims, data: data },
    ]),
  )
