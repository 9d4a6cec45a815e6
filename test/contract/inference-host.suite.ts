import type { InferenceHost, Runner } from '@kedge/shared/device/ports/inference'
import type { Tensor } from '@kedge/shared/model/tensor'
import type { ContractCase } from './contract.js'
import type { Contract } from './describe-contract.js'
import { doublingModel, hangingModel, pickingModel } from './tiny-models.js'
import { specOf } from './tiny-releases.js'

/** A host that ends a call after about two seconds. */
export interface InferenceHostSubject extends AsyncDisposable {
  readonly host: InferenceHost
}

const rows = (...values: number[]): Tensor => ({
  dtype: 'float32',
  shape: [values.length / 2, 2],
  data: Float32Array.from(values),
})

const startDoubling = async (host: InferenceHost): Promise<Runner> =>
  host.start(await specOf(doublingModel(), { prediction: { kind: 'classes', output: 'y' } }))

const messageOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'it did not reject',
    (error: unknown) => (error as Error).message,
  )

const cases: ContractCase<InferenceHostSubject>[] = [
  {
    name: 'names its engine, and at least one execution provider',
    run({ host }, check) {
      check.ok(host.providers.length > 0, 'there is a provider')
      check.ok(/^\d+\.\d+/.test(host.engine.version), 'the engine has a version')
      return Promise.resolve()
    },
  },
  {
    name: 'runs a model that it was given as bytes',
    async run({ host }, check) {
      await using runner = await startDoubling(host)
      const { outputs, version, id, latencyUs } = await runner.run({ x: rows(1, 2, 3, 4.5) })
      check.equal(outputs, { y: rows(2, 4, 6, 9) })
      check.equal(version, '1.0.0')
      check.ok(id.length > 0 && latencyUs > 0, 'a prediction has an id and took time')
      check.ok(host.providers.includes(runner.provider), 'it runs on a provider of the host')
    },
  },
  {
    name: 'answers many calls at once, each its own',
    async run({ host }, check) {
      await using runner = await startDoubling(host)
      const calls = Array.from({ length: 50 }, (_, n) => runner.run({ x: rows(n, 0) }))
      const first = (await Promise.all(calls)).map(({ outputs }) => outputs['y']!.data[0])
      check.equal(
        first,
        calls.map((_, n) => 2 * n),
      )
    },
  },
  {
    name: 'names the tensor and both shapes when an input has the wrong one',
    async run({ host }, check) {
      await using runner = await startDoubling(host)
      const wrong = { ...rows(1, 2, 3), shape: [1, 3] }
      await check.rejects(runner.run({ x: wrong }), 'tensor-mismatch')
      const message = await messageOf(runner.run({ x: wrong }))
      check.ok(/"x".*\[rows, 2\].*\[1, 3\]/.test(message), message)
      check.equal((await runner.run({ x: rows(1, 1) })).outputs, { y: rows(2, 2) })
    },
  },
  {
    name: 'refuses inputs that are missing, unknown, or of another type',
    async run({ host }, check) {
      await using runner = await startDoubling(host)
      await check.rejects(runner.run({}), 'tensor-mismatch')
      await check.rejects(runner.run({ x: rows(1, 2), z: rows(1, 2) }), 'tensor-mismatch')
      const doubles = { dtype: 'float64', shape: [1, 2], data: Float64Array.of(1, 2) } as const
      check.ok(/"x".*float32.*float64/.test(await messageOf(runner.run({ x: doubles }))), 'types')
    },
  },
  {
    name: 'reports what ONNX Runtime says when a run fails, and goes on',
    async run({ host }, check) {
      await using runner = await host.start(await specOf(pickingModel()))
      const index = (n: bigint): Tensor => ({
        dtype: 'int64',
        shape: [1],
        data: BigInt64Array.of(n),
      })
      await check.rejects(runner.run({ index: index(99n) }), 'inference-failed')
      const { outputs } = await runner.run({ index: index(1n) })
      check.equal(outputs['y']!.data, [20])
    },
  },
  {
    name: 'says why a file does not load',
    async run({ host }, check) {
      const broken = doublingModel().slice(0, 40)
      await check.rejects(
        specOf(broken).then((spec) => host.start(spec)),
        'probe-failed',
      )
    },
  },
  {
    name: 'probes with golden samples, and refuses outputs outside their tolerance',
    async run({ host }, check) {
      await using runner = await startDoubling(host)
      const good = { inputs: { x: rows(1, 2) }, outputs: { y: rows(2, 4) } }
      const report = await runner.probe([good])
      check.equal(report.maxDifference, 0)
      check.equal(report.provider, runner.provider)
      const bad = { inputs: { x: rows(1, 2) }, outputs: { y: rows(2, 5) } }
      await check.rejects(runner.probe([good, bad]), 'golden-mismatch')
      check.ok((await runner.probe([])).latencyUs > 0, 'zeros do where there are no samples')
    },
  },
  {
    name: 'counts runs and labels, and begins anew with each window',
    async run({ host }, check) {
      await using runner = await startDoubling(host)
      const { id } = await runner.run({ x: rows(0, 2) })
      await runner.run({}).catch(() => undefined)
      check.equal(await runner.feedback(id, 1), true)
      check.equal(await runner.feedback('nobody-1', 3), false)
      const window = await runner.takeWindow(Date.now())
      check.equal(window?.count, 1)
      check.equal(window?.errors, { 'tensor-mismatch': 1 })
      check.equal(window?.score, { kind: 'classes', count: 1, correct: 1 })
      check.equal(await runner.takeWindow(Date.now()), undefined)
    },
  },
  {
    name: 'ends a model that hangs at the deadline, and says so once',
    async run({ host }, check) {
      await using runner = await host.start(await specOf(hangingModel()))
      const exits: string[] = []
      runner.onExit((reason) => exits.push(reason))
      const x: Tensor = { dtype: 'float32', shape: [1], data: Float32Array.of(1) }
      await check.rejects(runner.run({ x }), 'inference-timeout')
      await check.rejects(runner.run({ x }), 'runner-crashed')
      check.equal(exits.length, 1)
    },
  },
  {
    name: 'says nothing of an end that was asked for',
    async run({ host }, check) {
      const runner = await startDoubling(host)
      const exits: string[] = []
      runner.onExit((reason) => exits.push(reason))
      await runner[Symbol.asyncDispose]()
      await check.rejects(runner.run({ x: rows(1, 2) }), 'runner-crashed')
      check.equal(exits, [])
    },
  },
]

export const inferenceHostContract: Contract<InferenceHostSubject> = {
  port: 'inference host',
  cases,
}
