import fc from 'fast-check'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { differentiate } from '@kedge/shared/training/differentiate'
import { inferShape, operatorRules } from '@kedge/shared/training/operator-rules'
import { floatsOf } from '@kedge/shared/training/ort'
import { Tape, type Value } from '@kedge/shared/training/tape'

type Build = (tape: Tape, x: Value, y: Value) => Value

interface Case {
  readonly shapes: readonly [readonly number[], readonly number[]]
  readonly build: Build
  /** Inputs are drawn from here, away from kinks and poles. */
  readonly range?: readonly [number, number]
}

const unary = (opType: string, range?: readonly [number, number]): Case => ({
  shapes: [[2, 3], [1]],
  build: (tape, x) => tape.apply(opType, [x]),
  ...(range === undefined ? {} : { range }),
})

const binary = (opType: string, shapes: Case['shapes']): Case => ({
  shapes,
  build: (tape, x, y) => tape.apply(opType, [x, y]),
  range: [0.5, 2],
})

const reduction = (opType: string, axes: number[] | undefined, keepdims: number): Case => ({
  shapes: [[2, 3, 2], [1]],
  build: (tape, x) =>
    tape.apply(opType, axes === undefined ? [x] : [x, tape.int64s(axes)], { keepdims }),
})

const gemm = (transA: number, transB: number): Case => ({
  shapes: [transA ? [3, 2] : [2, 3], transB ? [4, 3] : [3, 4]],
  build: (tape, x, y) => {
    const bias = tape.constant('bias', {
      dtype: 'float32',
      shape: [4],
      data: Float32Array.of(1, 2, 3, 4),
    })
    return tape.apply('Gemm', [x, y, bias], { transA, transB })
  },
})

const cases: Record<string, Case> = {
  Identity: unary('Identity'),
  Neg: unary('Neg'),
  'Abs of positive numbers': unary('Abs', [0.1, 2]),
  'Abs of negative numbers': unary('Abs', [-2, -0.1]),
  Exp: unary('Exp'),
  Log: unary('Log', [0.5, 3]),
  Sqrt: unary('Sqrt', [0.5, 3]),
  'Relu of positive numbers': unary('Relu', [0.1, 2]),
  'Relu of negative numbers': unary('Relu', [-2, -0.1]),
  Tanh: unary('Tanh'),
  Sigmoid: unary('Sigmoid'),
  Softmax: unary('Softmax'),
  LogSoftmax: unary('LogSoftmax'),
  Transpose: unary('Transpose'),
  'Add of a row': binary('Add', [[2, 3], [3]]),
  'Add of a column': binary('Add', [
    [2, 3],
    [2, 1],
  ]),
  'Sub from a scalar': binary('Sub', [[], [2, 3]]),
  'Mul of a row and a column': binary('Mul', [
    [1, 3],
    [2, 1],
  ]),
  'Mul of a value with itself': { shapes: [[2, 2], [1]], build: (t, x) => t.apply('Mul', [x, x]) },
  'Div by a row': binary('Div', [[2, 3], [3]]),
  MatMul: binary('MatMul', [
    [2, 3],
    [3, 4],
  ]),
  Gemm: gemm(0, 0),
  'Gemm, left transposed': gemm(1, 0),
  'Gemm, right transposed': gemm(0, 1),
  'Gemm, both transposed': gemm(1, 1),
  'Gemm, gradient of the bias': {
    shapes: [[4], [2, 3]],
    build: (tape, x, y) => {
      const weight = tape.constant('weight', {
        dtype: 'float32',
        shape: [3, 4],
        data: new Float32Array(12).fill(0.5),
      })
      return tape.apply('Gemm', [y, weight, x])
    },
  },
  'ReduceSum of everything': reduction('ReduceSum', undefined, 0),
  'ReduceSum over an axis': reduction('ReduceSum', [1], 0),
  'ReduceMean over axes that stay': reduction('ReduceMean', [0, -1], 1),
  'ReduceMean over an axis that goes': reduction('ReduceMean', [2], 0),
  Reshape: {
    shapes: [[2, 6], [1]],
    build: (t, x) => t.apply('Reshape', [x, t.int64s([0, 3, -1])]),
  },
}

/** Σ w·f(x, y)² with weights that differ, so that every element of the output counts. */
function weightedLoss(tape: Tape, value: Value): Value {
  const size = value.shape.reduce<number>((all, extent) => all * Number(extent), 1)
  const weights = tape.constant('weights', {
    dtype: 'float32',
    shape: value.shape as number[],
    data: Float32Array.from({ length: size }, (_, i) => 0.3 + 0.2 * i),
  })
  const square = tape.apply('Mul', [value, value])
  return tape.apply('ReduceSum', [tape.apply('Mul', [square, weights])], { keepdims: 0 })
}

/** The gradients by the graph and by central differences, for the same point. */
async function bothGradients({ shapes, build }: Case, point: readonly number[][]) {
  const tape = new Tape('gradient', inferShape)
  const inputs = shapes.map((shape, i) => tape.input(`input${i}`, 'float32', shape))
  const [x, y] = inputs as [Value, Value]
  const loss = weightedLoss(tape, build(tape, x, y))
  const used = inputs.filter((input) => usedBy(tape, loss).has(input.name))
  differentiate(tape, loss, used).forEach((gradient, i) => {
    tape.output(gradient, `gradient of ${used[i]?.name ?? ''}`)
  })
  tape.output(loss, 'loss')
  const session = await ort.InferenceSession.create(tape.graph.toModel(), {
    intraOpNumThreads: 1,
  })
  const feed = (values: readonly number[][]) =>
    Object.fromEntries(
      shapes.flatMap((shape, i) =>
        session.inputNames.includes(`input${i}`)
          ? [[`input${i}`, new ort.Tensor('float32', Float32Array.from(values[i] ?? []), shape)]]
          : [],
      ),
    )
  const exact = await session.run(feed(point))
  const lossAt = async (values: readonly number[][]) =>
    floatsOf(await session.run(feed(values)), 'loss')[0] ?? NaN
  const pairs: [number, number][] = []
  for (const { name } of used) {
    const input = Number(name.slice('input'.length))
    const gradient = floatsOf(exact, `gradient of ${name}`)
    for (let i = 0; i < gradient.length; i++) {
      const moved = (by: number) =>
        point.map((values, n) => values.map((v, j) => (n === input && j === i ? v + by : v)))
      const step = 0.01
      const difference = (await lossAt(moved(step))) - (await lossAt(moved(-step)))
      pairs.push([gradient[i] ?? NaN, difference / (2 * step)])
    }
  }
  await session.release()
  return pairs
}

function usedBy(tape: Tape, loss: Value): Set<string> {
  const names = new Set([loss.name])
  for (const { inputs, output } of tape.steps.toReversed()) {
    if (names.has(output.name)) for (const { name } of inputs) names.add(name)
  }
  return names
}

describe('gradients', () => {
  it.each(Object.entries(cases))('of %s agree with central differences', async (_, kase) => {
    const [min, max] = kase.range ?? [-1.5, 1.5]
    const numbers = (shape: readonly number[]) => {
      const length = shape.reduce((all, extent) => all * extent, 1)
      const value = fc.double({ min, max, noNaN: true })
      return fc.array(value, { minLength: length, maxLength: length })
    }
    const points = fc.tuple(numbers(kase.shapes[0]), numbers(kase.shapes[1]))
    await fc.assert(
      fc.asyncProperty(points, async (point) => {
        for (const [exact, numeric] of await bothGradients(kase, point)) {
          expect(Math.abs(exact - numeric)).toBeLessThan(0.02 + 0.02 * Math.abs(numeric))
        }
      }),
      { numRuns: 8, seed: 1 },
    )
  })

  it('are tested for every operator that has one', () => {
    const known = Object.keys(operatorRules).filter((name) => 'gradient' in operatorRules[name]!)
    const tested = new Set(Object.keys(cases).map((name) => name.split(/[ ,]/)[0]))
    expect(known.filter((name) => !tested.has(name))).toEqual([])
  })

  it('are missing for an operator without one, which is named', () => {
    const tape = new Tape('one-hot', inferShape)
    const x = tape.input('x', 'int64', ['batch'])
    const values = tape.constant('values', {
      dtype: 'float32',
      shape: [2],
      data: Float32Array.of(0, 1),
    })
    const hot = tape.apply('OneHot', [x, tape.int64s([3]), values])
    const loss = tape.apply('ReduceSum', [hot], { keepdims: 0 })
    expect(() => differentiate(tape, loss, [x])).toThrow(
      expect.objectContaining({
        code: 'gradient-missing',
        message: expect.stringContaining('OneHot') as string,
      }),
    )
  })

  it('are missing for a parameter that does not reach the loss', () => {
    const tape = new Tape('unused', inferShape)
    const x = tape.input('x', 'float32', [2])
    const unused = tape.input('unused', 'float32', [2])
    const loss = tape.apply('ReduceSum', [x], { keepdims: 0 })
    expect(() => differentiate(tape, loss, [unused])).toThrow(/does not depend on unused/)
  })
})
