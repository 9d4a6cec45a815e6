import type { RunnerSpec } from '@kedge/shared/device/ports/inference'
import { encodeGoldenSamples, type GoldenSample } from '@kedge/shared/model/golden-samples'
import { GraphBuilder } from '@kedge/shared/model/onnx/graph-builder'
import type { Release } from '@kedge/shared/model/release'
import { webSha256 } from '@kedge/shared/util/sha256'

/** `y = x * factor` on four numbers: the smallest model that can be told from another. */
export function scaleModel(factor: number): Uint8Array {
  const graph = new GraphBuilder('scale')
  const x = graph.input('x', 'float32', [1, 4])
  graph.output(graph.node('Mul', [x, graph.scalar(factor)]), {
    name: 'y',
    dtype: 'float32',
    shape: [1, 4],
  })
  return graph.toModel()
}

export const vector = (...values: number[]) => ({
  dtype: 'float32' as const,
  shape: [1, values.length],
  data: Float32Array.from(values),
})

/** What a runner of `scaleModel(factor)` is started with. */
export async function scaleSpec(
  factor: number,
  options: { version?: string; golden?: number; providers?: string[] } = {},
): Promise<{ spec: RunnerSpec; samples: GoldenSample[] }> {
  const model = scaleModel(factor)
  const golden = options.golden ?? factor
  const samples = [{ inputs: { x: vector(1, 2, 3, 4) }, outputs: { y: vector(1, 2, 3, 4) } }].map(
    ({ inputs, outputs }) => ({
      inputs,
      outputs: { y: vector(...outputs.y.data.map((value) => value * golden)) },
    }),
  )
  const sha256 = await webSha256(model)
  const packed = encodeGoldenSamples(samples)
  const variant = {
    name: 'float32',
    precision: 'float32',
    providers: options.providers ?? [],
    requires: { opsets: { 'ai.onnx': 18 }, operators: ['Mul'] },
    file: 'model.onnx',
  }
  const file = { length: model.length, sha256, index: sha256 }
  const release: Release = {
    schema: 'kedge.release/1',
    model: 'scale',
    version: options.version ?? '1.0.0',
    createdAt: 0,
    inputs: [{ name: 'x', dtype: 'float32', shape: [1, 4] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: [1, 4] }],
    variants: [variant],
    files: [
      { path: 'model.onnx', role: 'model', ...file },
      { path: 'golden.cbor', role: 'golden', ...file, length: packed.length },
    ],
    golden: { file: 'golden.cbor', tolerance: { absolute: 1e-4, relative: 1e-3 } },
  }
  return { spec: { release, digest: sha256, variant, model }, samples }
}
