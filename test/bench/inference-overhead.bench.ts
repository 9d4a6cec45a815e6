import { createOnnxEngine } from '@kedge/shared/adapters/onnx-engine'
import type { RunnerSpec } from '@kedge/shared/device/ports/inference'
import { ModelRunner } from '@kedge/shared/device/runner/model-runner'
import type { Release } from '@kedge/shared/model/release'
import { profileFeature } from '@kedge/shared/telemetry/reference-profile'
import { systemClock } from '@kedge/shared/util/clock'
import * as ort from 'onnxruntime-node'
import type { Bench, Row } from './harness/bench.js'
import { median } from './harness/blocks.js'
import { idleShare } from './harness/cpu.js'
import { buildDenseModel } from './models/dense-model.js'

/** The three models of PERFORMANCE.md, by what a bare run costs on an idle machine. */
const cases = [
  { what: '9 µs model, 16 features profiled', layers: [16, 32, 4], calls: 1000, atMost: 1.15 },
  { what: '40 µs model', layers: [256, 512, 512, 10], calls: 400, atMost: 1.06 },
  { what: '375 µs model', layers: [784, 1024, 1024, 512, 10], calls: 80, atMost: 1.02 },
] as const

const blocks = 40

/** `run` inside a runner, with all counting, against a bare `session.run`. */
export const bench: Bench = {
  goal: 'G1',
  async *run(report) {
    for (const one of cases) {
      report(one.what)
      yield await compareRuns(one)
    }
  },
}

async function compareRuns({ what, layers, calls, atMost }: (typeof cases)[number]): Promise<Row> {
  const model = buildDenseModel({ layers })
  const data = Float32Array.from({ length: layers[0] }, (_, i) => i / layers[0])
  const shape = [1, layers[0]]
  const session = await ort.InferenceSession.create(model, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  })
  const feeds = { x: new ort.Tensor('float32', data, shape) }
  const runner = await loadRunner(model, layers)
  const inputs = { x: { dtype: 'float32', shape, data } } as const
  const bare = () => session.run(feeds)
  const ours = () => runner.run(inputs)
  for (let i = 0; i < calls; i++) await timeBoth(bare, ours)
  const idle = idleShare()
  const pairs: (readonly [number, number])[] = []
  for (let block = 0; block < blocks; block++) pairs.push(await timeBlock(bare, ours, calls))
  const ratios = pairs.map(([a, b]) => b / a)
  return {
    what,
    baseline: `${median(pairs.map(([a]) => a)).toFixed(1)} µs`,
    ours: `${median(pairs.map(([, b]) => b)).toFixed(1)} µs`,
    ratio: median(ratios),
    target: { atMost },
    spread: [Math.min(...ratios), Math.max(...ratios)],
    idle: idle(),
  }
}

/** Medians of a block in which the two take turns call by call, so that noise meets both alike. */
async function timeBlock(
  bare: () => Promise<unknown>,
  ours: () => Promise<unknown>,
  calls: number,
): Promise<readonly [number, number]> {
  const pairs: (readonly [number, number])[] = []
  for (let i = 0; i < calls; i++) pairs.push(await timeBoth(bare, ours))
  return [median(pairs.map(([a]) => a)), median(pairs.map(([, b]) => b))]
}

async function timeBoth(
  bare: () => Promise<unknown>,
  ours: () => Promise<unknown>,
): Promise<readonly [number, number]> {
  const start = performance.now()
  await bare()
  const between = performance.now()
  await ours()
  return [(between - start) * 1000, (performance.now() - between) * 1000]
}

function loadRunner(model: Uint8Array, layers: readonly number[]): Promise<ModelRunner> {
  const width = layers[0]!
  const features = Array.from({ length: width }, (_, i) =>
    profileFeature(
      `f${i}`,
      Array.from({ length: 320 }, (_, n) => n / 320),
    ),
  )
  const spec: RunnerSpec = {
    release: toRelease(layers),
    digest: '0'.repeat(64),
    variant: toRelease(layers).variants[0]!,
    model,
    // A profile of sixteen features, as in the prototype; a picture is not profiled pixel by pixel.
    ...(width === 16 && { profile: { v: 1, inputs: { x: features } } }),
  }
  const engine = createOnnxEngine(ort)
  return ModelRunner.load(spec, { engine, providers: ['cpu'], clock: systemClock, tag: 'bench' })
}

const toRelease = (layers: readonly number[]): Release => ({
  schema: 'kedge.release/1',
  model: 'bench',
  version: '1.0.0',
  createdAt: 0,
  inputs: [{ name: 'x', dtype: 'float32', shape: [1, layers[0]!] }],
  outputs: [{ name: 'y', dtype: 'float32', shape: [1, layers.at(-1)!] }],
  prediction: { kind: 'classes', output: 'y' },
  variants: [
    {
      name: 'float32',
      precision: 'float32',
      providers: [],
      requires: { opsets: {}, operators: [] },
      file: 'model.onnx',
    },
  ],
  files: [],
})
