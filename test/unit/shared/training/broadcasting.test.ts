import { describe, expect, it } from 'vitest'
import { inferShape } from '@kedge/shared/training/operator-rules'
import type { Value } from '@kedge/shared/training/tape'

const value = (...shape: Value['shape']): Value => ({ name: 'v', shape })
const list = (...elements: number[]): Value => ({ name: 'l', shape: [elements.length], elements })

describe('shapes', () => {
  it.each([
    ['a row', [value('batch', 4), value(4)], ['batch', 4]],
    ['a column and a row', [value(3, 1), value(4)], [3, 4]],
    ['a scalar', [value(), value('batch', 2)], ['batch', 2]],
  ])('broadcast %s', (_, inputs, shape) => {
    expect(inferShape('Add', inputs, {})).toEqual(shape)
  })

  it.each([
    ['Add', [value(3), value(4)]],
    ['Add', [value('batch'), value(4)]],
    ['MatMul', [value(2, 3), value(4, 5)]],
    ['MatMul', [value(2), value(2, 2)]],
    ['Neg', []],
    ['Conv', [value(1)]],
  ])('that %s does not take are a defect of the caller', (opType, inputs) => {
    expect(() => inferShape(opType, inputs, {})).toThrow(
      expect.objectContaining({ code: 'invariant-broken' }),
    )
  })

  it.each([
    [
      [0, -1],
      ['batch', 6],
    ],
    [
      [-1, 6],
      ['batch', 6],
    ],
    [[-1], [null]],
  ])('of a reshape to %j follow from the input', (wanted, shape) => {
    expect(inferShape('Reshape', [value('batch', 2, 3), list(...wanted)], {})).toEqual(shape)
  })

  it.each([
    [{ keepdims: 0 }, [1], ['batch', 3]],
    [{}, [-1], ['batch', 2, 1]],
  ])('of a reduction with %j over %j', (attributes, axes, shape) => {
    expect(inferShape('ReduceSum', [value('batch', 2, 3), list(...axes)], attributes)).toEqual(
      shape,
    )
  })
})
