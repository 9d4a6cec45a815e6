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

const blocks = 200

/** `run` inside a runner, with all counting, against a bare `session.run`. */
export const bench: Bench = {
  goal: 'G1',
  async *run(report) {
    for (const one of cases) {
      report(one.what)
      yield await compareRuns(one, report)
    }
  },
}

async function compareRuns(
  { what, layers, calls, atMost }: (typeof cases)[number],
  report: (line: string) => void,
): Promise<Row> {
  const model = buildDenseModel({ layers })
  const data = Float32Array.from({ length: layers[0] }, (_, i) => i / layers[0])
  const shape = [1, layers[0]]
  const session = await ort.InferenceSession.create(model, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  })
  const feeds = { x: new ort.Tensor('float32', data, shape) }
  const runner = await loadRunner(session, layers)
  const inputs = { x: { dtype: 'float32', shape, data } } as const
  const contest = { bare: () => session.run(feeds), ours: () => runner.run(inputs), calls }
  await timeBlock(contest)
  const idle = idleShare()
  const timed: Block[] = []
  for (let i = 0; i < blocks; i++) timed.push(await timeBlock(contest))
  const ratios = timed.map(({ bare, ours }) => median(ours) / median(bare))
  const means = timed.map(({ bare, ours }) => mean(ours) / mean(bare))
  // A median call does not show what every thirty-second does, which counts the others' runs too.
  report(`${what}: means of the blocks, with every pause in them, ${median(means).toFixed(3)}`)
  return {
    what,
    baseline: `${median(timed.map(({ bare }) => median(bare))).toFixed(1)} µs`,
    ours: `${median(timed.map(({ ours }) => median(ours))).toFixed(1)} µs`,
    ratio: median(ratios),
    target: { atMost },
    spread: [Math.min(...ratios), Math.max(...ratios)],
    idle: idle(),
  }
}

/** Microseconds of every call. */
interface Block {
  readonly bare: readonly number[]
  readonly ours: readonly number[]
}

/**
 * They take turns, each first in every other turn: the machine changes its pace from one block of
 * calls to the next by more than what is measured here.
 */
async function timeBlock({ bare, ours, calls }: Contest): Promise<Block> {
  const block = { bare: [] as number[], ours: [] as number[] }
  for (let i = 0; i < calls; i++) {
    if (i % 2 === 0) block.bare.push(await timeCall(bare))
    block.ours.push(await timeCall(ours))
    if (i % 2 === 1) block.bare.push(await timeCall(bare))
  }
  return block
}

interface Contest {
  readonly bare: () => Promise<unknown>
  readonly ours: () => Promise<unknown>
  readonly calls: number
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length

async function timeCall(call: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await call()
  return (performance.now() - start) * 1000
}

/**
 * A runner on the very session that the baseline uses: two sessions of the same large model differ
 * by more than what is measured here, by where in memory their weights happen to lie.
 */
function loadRunner(
  session: ort.InferenceSession,
  layers: readonly number[],
): Promise<ModelRunner> {
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
    model: new Uint8Array(),
    // A profile of sixteen features, as in the prototype; a picture is not profiled pixel by pixel.
    ...(width === 16 && { profile: { v: 1, inputs: { x: features } } }),
  }
  const InferenceSession = { create: () => Promise.resolve(session) }
  const engine = createOnnxEngine({ ...ort, InferenceSession })
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
