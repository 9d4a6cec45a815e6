import { describe, expect, it } from 'vitest'
import type { DType, Tensor, TensorData, Tensors } from '@kedge/shared/model/tensor'
import { RunBacklog, runWidth, type RunBatch } from '@kedge/shared/telemetry/run-backlog'

const tensor = (dtype: DType, data: TensorData, shape = [data.length]): Tensor => {
  return { dtype, shape, data }
}
const floats = (...data: number[]): Tensor => tensor('float32', Float32Array.from(data))

/** A backlog, and copies of the batches it gave to be counted. */
function newBacklog() {
  const batches: RunBatch[] = []
  const backlog = new RunBacklog((batch) => batches.push(structuredClone(batch)))
  let number = 0
  return {
    batches,
    backlog,
    add: (inputs: Tensors, outputs: Tensors) =>
      backlog.add({ number: ++number, latencyUs: 1, at: 2 }, inputs, outputs),
  }
}

const numbersOf = ({ length, runs }: RunBatch) =>
  Array.from({ length }, (_, i) => runs[i * runWidth]!)

describe('backlog of runs', () => {
  it('counts each run once and in order, with what it gave', () => {
    const { batches, backlog, add } = newBacklog()
    for (let i = 1; i <= 100; i++) add({}, { y: floats(i, -i) })
    backlog.settle()
    backlog.settle()
    const numbers = Array.from({ length: 100 }, (_, i) => i + 1)
    expect(batches.flatMap(numbersOf)).toEqual(numbers)
    expect(batches.flatMap(({ outputs }) => [...(outputs['y']!.data as Float32Array)])).toEqual(
      numbers.flatMap((i) => [i, -i]),
    )
    expect(batches.at(-1)!.outputs['y']!.shape).toEqual([4, 2])
  })

  it('counts what a run gave, not what its caller made of it afterwards', () => {
    const { batches, backlog, add } = newBacklog()
    const [x, y] = [floats(1, 2), floats(3)]
    add({ x }, { y })
    x.data.fill(0 as never)
    structuredClone(y.data, { transfer: [(y.data as Float32Array).buffer as ArrayBuffer] })
    backlog.settle()
    expect(batches[0]!.inputs['x']!.data).toEqual(Float32Array.of(1, 2))
    expect(batches[0]!.outputs['y']!.data).toEqual(Float32Array.of(3))
  })

  it.each([
    ['int64', BigInt64Array.of(-1n, 2n ** 60n)],
    ['float16', Uint16Array.of(15360, 0)],
    ['bool', Uint8Array.of(1, 0)],
    ['float64', Float64Array.of(1e300, NaN)],
    ['string', ['a', 'b']],
  ] as const)('keeps %s elements as they are', (dtype, data) => {
    const { batches, backlog, add } = newBacklog()
    add({}, { y: tensor(dtype, data as TensorData) })
    backlog.settle()
    expect(batches[0]!.outputs['y']).toMatchObject({ dtype, data })
  })

  it('counts a run of another shape, type or size at once', () => {
    const { batches, backlog, add } = newBacklog()
    const others = [
      tensor('float32', Float32Array.of(5, 6, 7, 8), [1, 4]),
      tensor('int32', Int32Array.of(5, 6, 7, 8), [2, 2]),
      tensor('float32', new Float32Array(1_000).fill(7), [10, 100]),
    ]
    add({}, { y: tensor('float32', Float32Array.of(1, 2, 3, 4), [2, 2]) })
    for (const y of others) add({}, { y })
    expect(batches.map(({ length, outputs }) => [length, outputs['y']])).toEqual(
      others.map((y) => [1, y]),
    )
    backlog.settle()
    expect(batches.flatMap(numbersOf)).toEqual([2, 3, 4, 1])
  })

  it('makes rows of outputs without a dimension', () => {
    const { batches, backlog, add } = newBacklog()
    for (const value of [1, 2, 3]) add({}, { y: tensor('float32', Float32Array.of(value), []) })
    backlog.settle()
    expect(batches[0]!.outputs['y']!.shape).toEqual([3, 1])
  })
})
