import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { createOnnxEngine } from '@kedge/shared/adapters/onnx-engine'
import type { Runner, RunnerSpec } from '@kedge/shared/device/ports/inference'
import type { Engine } from '@kedge/shared/device/runner/engine'
import { startRemoteRunner } from '@kedge/shared/device/runner/remote-runner'
import { serveRunner } from '@kedge/shared/device/runner/serve-runner'
import { Seconds } from '@kedge/shared/util/units'
import { eventually } from '../../../../support/eventually.js'
import { ManualClock, settle } from '../../../../support/manual-clock.js'
import { scaleModel } from '../../../../support/memory-fleet.js'
import { inputs, vector } from '../../../../support/scale-inputs.js'
import { portPair, type PortEnd } from '../../../../support/port-pair.js'
import { digestOf, sampleRelease } from '../../../../support/sample-release.js'

const release = sampleRelease({
  inputs: [{ name: 'x', dtype: 'float32', shape: [1, 4] }],
  outputs: [{ name: 'y', dtype: 'float32', shape: [1, 4] }],
  prediction: { kind: 'classes', output: 'y' },
})
const spec: RunnerSpec = {
  release,
  digest: digestOf('e'),
  variant: release.variants[0]!,
  model: scaleModel(2),
}
const realEngine = createOnnxEngine(ort)

interface House {
  readonly clock: ManualClock
  readonly start: (changed?: Partial<RunnerSpec>) => Promise<Runner>
  readonly far: PortEnd
  kills: number
}

/** A supervisor and a runner with a channel between them; killing closes the runner's end. */
function openHouse(engine: Engine = realEngine): House {
  const [near, far] = portPair()
  serveRunner(far, { engine, providers: ['cpu'] })
  const house: House = {
    clock: new ManualClock(),
    far,
    kills: 0,
    start: (changed = {}) =>
      startRemoteRunner(
        { ...spec, ...changed },
        {
          port: near,
          clock: house.clock,
          kill: () => {
            house.kills += 1
            far.close('killed')
          },
          deadlines: { load: Seconds(60), call: Seconds(5) },
        },
      ),
  }
  return house
}

/** The real engine, but for a model that hangs from some moment on. */
function hangingEngine(): Engine & { hangs: boolean } {
  const engine = {
    hangs: false,
    async load(model: Uint8Array, providers: readonly string[]) {
      const session = await realEngine.load(model, providers)
      const run: typeof session.run = (tensors, done, failed) =>
        engine.hangs ? new Promise(() => undefined) : session.run(tensors, done, failed)
      return { ...session, run }
    },
  }
  return engine
}

describe('a remote runner', () => {
  it('loads, probes, runs and counts on the other side', async () => {
    const { start, clock } = openHouse()
    const runner = await start()
    expect(runner).toMatchObject({ digest: spec.digest, provider: 'cpu' })
    const golden = [{ inputs, outputs: { y: vector(2, 4, 6, 8) } }]
    expect(await runner.probe(golden)).toMatchObject({ provider: 'cpu', maxDifference: 0 })
    const result = await runner.run(inputs)
    expect(result).toMatchObject({ version: '1.0.0', outputs: { y: { shape: [1, 4] } } })
    expect([...result.outputs['y']!.data]).toEqual([2, 4, 6, 8])
    expect(await runner.feedback(result.id, 3)).toBe(true)
    expect(await runner.takeWindow(Date.now())).toMatchObject({ count: 1, score: { correct: 1 } })
    expect(await runner.takeOpenPredictions()).toEqual([])
    expect(clock.sleeping).toBe(0)
    await runner[Symbol.asyncDispose]()
  })

  it('keeps many calls apart', async () => {
    const runner = await openHouse().start()
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => runner.run({ x: vector(i, 0, 0, 0) })),
    )
    expect(answers.map(({ outputs }) => outputs['y']!.data[0])).toEqual(
      Array.from({ length: 50 }, (_, i) => 2 * i),
    )
    await runner[Symbol.asyncDispose]()
  })

  it.each([
    ['a missing input', {}, /"x" \(float32 \[1, 4\]\) is missing/],
    ['another shape', { x: vector(1) }, /"x" must have shape \[1, 4\], not \[1, 1\]/],
    [
      'another type',
      { x: { dtype: 'int32' as const, shape: [1, 4], data: new Int32Array(4) } },
      /"x" must be float32, not int32/,
    ],
    [
      'too few elements',
      { x: { dtype: 'float32' as const, shape: [1, 4], data: new Float32Array(3) } },
      /"x" has 3 elements; shape \[1, 4\] needs 4/,
    ],
    ['an input too many', { ...inputs, z: vector(1) }, /no input "z"; it takes "x"/],
    ['only what every object has', { constructor: vector(1) }, /"x" .* is missing/],
  ])('refuses %s, naming the tensor and both shapes', async (_what, wrong, says) => {
    const runner = await openHouse().start()
    await expect(runner.run(wrong)).rejects.toMatchObject({
      name: 'TensorError',
      code: 'tensor-mismatch',
    })
    await expect(runner.run(wrong)).rejects.toThrow(says)
    expect(await runner.takeWindow(0)).toMatchObject({ errors: { 'tensor-mismatch': 2 } })
  })

  it.each([
    ['a wrong number', { y: vector(2, 4, 6, 9) }, /"y"\[3\] is 8 instead of 9/],
    ['no number', { y: vector(2, 4, 6, NaN) }, /"y"\[3\] is 8 instead of NaN/],
    ['another length', { y: vector(2, 4) }, /"y" has shape \[1, 4\] instead of \[1, 2\]/],
    ['an output it does not have', { z: vector(1) }, /there is no output "z"/],
  ])('does not pass its probe with %s', async (_what, outputs, says) => {
    const runner = await openHouse().start()
    const probe = runner.probe([{ inputs, outputs }])
    await expect(probe).rejects.toMatchObject({ name: 'DeploymentError', code: 'golden-mismatch' })
    await expect(runner.probe([{ inputs, outputs }])).rejects.toThrow(says)
  })

  it('passes a probe without samples when it runs at all, and counts none of it', async () => {
    const runner = await openHouse().start()
    expect(await runner.probe([])).not.toHaveProperty('maxDifference')
    expect(await runner.takeWindow(0)).toBeUndefined()
  })

  it('that cannot load is ended, and the reason is the engine’s own', async () => {
    const house = openHouse()
    const loading = house.start({ model: new Uint8Array(100) })
    await expect(loading).rejects.toMatchObject({ code: 'probe-failed' })
    expect(house.kills).toBeGreaterThan(0)
  })

  it('that does not answer is ended, for it cannot be stopped otherwise', async () => {
    const engine = hangingEngine()
    const house = openHouse(engine)
    const runner = await house.start()
    const exits: string[] = []
    runner.onExit((reason) => exits.push(reason))
    engine.hangs = true
    const call = expect(runner.run(inputs)).rejects.toMatchObject({ code: 'inference-timeout' })
    await eventually(() => house.clock.sleeping > 0)
    await house.clock.advance(5_000)
    await call
    await eventually(() => exits.length === 1)
    expect(house.kills).toBe(1)
    await expect(runner.run(inputs)).rejects.toMatchObject({ code: 'runner-crashed' })
    expect(house.clock.sleeping).toBe(0)
  })

  it('that dies fails what it was asked, tells it once, and says why', async () => {
    const engine = hangingEngine()
    const house = openHouse(engine)
    const runner = await house.start()
    const exits: string[] = []
    runner.onExit((reason) => exits.push(reason))
    engine.hangs = true
    const calls = [runner.run(inputs), runner.run(inputs)]
    await settle()
    house.far.close('signal SIGSEGV')
    house.far.close('again')
    for (const call of calls) {
      await expect(call).rejects.toMatchObject({
        code: 'runner-crashed',
        message: expect.stringMatching(/SIGSEGV/) as string,
      })
    }
    expect(exits).toEqual(['signal SIGSEGV'])
    runner.onExit((reason) => exits.push(`late: ${reason}`))
    expect(exits).toEqual(['signal SIGSEGV', 'late: signal SIGSEGV'])
    expect(house.clock.sleeping).toBe(0)
  })

  it('that was ended on purpose is no crash', async () => {
    const runner = await openHouse().start()
    const exits: string[] = []
    runner.onExit((reason) => exits.push(reason))
    await runner[Symbol.asyncDispose]()
    await settle()
    expect(exits).toEqual([])
    await expect(runner.run(inputs)).rejects.toMatchObject({ code: 'runner-crashed' })
  })
})
