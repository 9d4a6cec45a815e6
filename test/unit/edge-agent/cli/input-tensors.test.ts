import { describe, expect, it } from 'vitest'
import { toRequestInputs } from '../../../../edge-agent/src/cli/input-tensors.js'

const x = { name: 'x', datatype: 'FP32', shape: [-1, 2] }
const k = { name: 'k', datatype: 'INT64', shape: [] }

describe('inputs as a person types them', () => {
  it.each([
    ['nested as the shape', [[1, 2]], { shape: [1, 2], data: [1, 2] }],
    ['flat', [1, 2, 3, 4], { shape: [2, 2], data: [1, 2, 3, 4] }],
    ['by name', { x: [[1, 2]] }, { shape: [1, 2], data: [1, 2] }],
  ])('may be %s', (_how, value, expected) => {
    expect(toRequestInputs(value, [x])).toEqual([{ name: 'x', datatype: 'FP32', ...expected }])
  })

  it('may be a number for a scalar', () => {
    expect(toRequestInputs(3, [k])).toEqual([{ ...k, data: [3] }])
  })

  it('may be a whole request', () => {
    const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 2] }]
    expect(toRequestInputs({ inputs }, [x])).toBe(inputs)
  })

  it('keep a shape that does not fit, for the model to name both', () => {
    expect(toRequestInputs([[1, 2, 3]], [x])).toMatchObject([{ shape: [1, 3] }])
    expect(toRequestInputs([1, 2, 3], [x])).toMatchObject([{ shape: [3] }])
  })

  it('must be named where there are several, and by names that exist', () => {
    expect(() => toRequestInputs([1], [x, k])).toThrow('give each input by its name')
    expect(() => toRequestInputs({ z: [1] }, [x])).toThrow('the model has no input "z"')
  })
})
