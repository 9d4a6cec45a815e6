import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { inferShape } from '@kedge/shared/training/operator-rules'
import { toOptimiser, type OptimiserOptions } from '@kedge/shared/training/optimisers'
import { floatsOf, type OrtTensors } from '@kedge/shared/training/ort'
import { Tape } from '@kedge/shared/training/tape'

const RATE = 0.1
const gradients = [
  [1, -2],
  [0.5, 0.25],
  [-3, 0],
  [2, 2],
] as const

/** What the graph makes of [1, -1] under the gradients above, as a matrix and as a vector. */
async function run(options: OptimiserOptions, shape: readonly number[]): Promise<number[][]> {
  const tape = new Tape('update', inferShape)
  const optimiser = toOptimiser(options)
  const parameter = tape.input('parameter', 'float32', shape)
  const gradient = tape.input('gradient', 'float32', shape)
  const slots = optimiser.slots.map((slot) => tape.input(slot, 'float32', shape))
  const schedule = {
    rate: tape.input('rate', 'float32', []),
    step: tape.input('step', 'float32', []),
  }
  const next = optimiser.update(tape, { parameter, gradient, slots, schedule })
  tape.output(next.parameter, 'next/parameter')
  next.slots.forEach((slot, i) => tape.output(slot, `next/${optimiser.slots[i] ?? ''}`))
  const session = await ort.InferenceSession.create(tape.graph.toModel())
  const tensor = (values: readonly number[], dims: readonly number[]) =>
    new ort.Tensor('float32', Float32Array.from(values), dims)
  const names = ['parameter', ...optimiser.slots]
  let state: OrtTensors = Object.fromEntries(
    names.map((name) => [name, tensor(name === 'parameter' ? [1, -1] : [0, 0], shape)]),
  )
  const path: number[][] = []
  for (const [i, values] of gradients.entries()) {
    const feeds = { ...state, gradient: tensor(values, shape), step: tensor([i + 1], []) }
    const scheduled = { ...feeds, rate: tensor([RATE], []) } as Record<string, ort.Tensor>
    const used = session.inputNames.map((name) => [name, scheduled[name]!] as const)
    const results = await session.run(Object.fromEntries(used))
    state = Object.fromEntries(names.map((name) => [name, results[`next/${name}`]!]))
    path.push([...floatsOf(state, 'parameter')])
  }
  return path
}

/** Kingma & Ba, algorithm 1, with decoupled decay, one number at a time. */
function adamPath(weightDecay: number): number[][] {
  const state = [1, -1].map((parameter) => ({ parameter, m: 0, v: 0 }))
  return gradients.map((values, i) =>
    state.map((s, j) => {
      const g = values[j]!
      s.m = 0.9 * s.m + 0.1 * g
      s.v = 0.999 * s.v + 0.001 * g * g
      const mHat = s.m / (1 - 0.9 ** (i + 1))
      const vHat = s.v / (1 - 0.999 ** (i + 1))
      s.parameter -= RATE * (mHat / (Math.sqrt(vHat) + 1e-8) + weightDecay * s.parameter)
      return s.parameter
    }),
  )
}

function momentumPath(momentum: number): number[][] {
  const state = [1, -1].map((parameter) => ({ parameter, velocity: 0 }))
  return gradients.map((values) =>
    state.map((s, j) => {
      s.velocity = momentum * s.velocity - RATE * values[j]!
      return (s.parameter += s.velocity)
    }),
  )
}

function expectClose(path: number[][], expected: number[][]): void {
  path.flat().forEach((value, i) => expect(value).toBeCloseTo(expected.flat()[i]!, 4))
}

describe('optimisers', () => {
  it('follow Adam with its bias correction', async () => {
    expectClose(await run({ kind: 'adam' }, [2]), adamPath(0))
  })

  it('decay matrices, apart from the gradient, and leave vectors alone', async () => {
    const options = { kind: 'adam', weightDecay: 0.2 } as const
    expectClose(await run(options, [1, 2]), adamPath(0.2))
    expectClose(await run(options, [2]), adamPath(0))
  })

  it('follow gradient descent with and without momentum', async () => {
    expectClose(await run({ kind: 'sgd', momentum: 0.8 }, [2]), momentumPath(0.8))
    expectClose(await run({ kind: 'sgd' }, [2]), momentumPath(0))
  })
})
