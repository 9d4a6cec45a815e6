import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { fromHalf, toHalf } from '@kedge/shared/model/half'
import { decodeTensor } from '../../../../edge-agent/src/local-api/decode-tensor.js'
import { encodeTensor } from '../../../../edge-agent/src/local-api/encode-tensor.js'

const decode = (datatype: string, data: unknown[]) =>
  decodeTensor({ name: 'x', shape: [data.length], datatype, data })

describe('request tensors', () => {
  it.each([
    ['FP32', [1.5, -2], Float32Array.of(1.5, -2)],
    ['FP64', [0.1], Float64Array.of(0.1)],
    ['FP16', [1, -0.5], Uint16Array.of(0x3c00, 0xb800)],
    ['INT8', [-128, 127], Int8Array.of(-128, 127)],
    ['UINT8', [0, 255], Uint8Array.of(0, 255)],
    ['INT32', [-2147483648], Int32Array.of(-2147483648)],
    ['INT64', [1, '-9223372036854775808'], BigInt64Array.of(1n, -(2n ** 63n))],
    ['UINT64', ['18446744073709551615'], BigUint64Array.of(2n ** 64n - 1n)],
    ['BOOL', [true, 0, 1], Uint8Array.of(1, 0, 1)],
    ['BYTES', ['ä', ''], ['ä', '']],
  ])('holds %s', (datatype, data, expected) => {
    expect(decode(datatype, data).data).toEqual(expected)
  })

  it('may be nested as their shape is', () => {
    const { data, shape } = decodeTensor({
      name: 'x',
      shape: [2, 2],
      datatype: 'FP32',
      data: [
        [1, 2],
        [3, 4],
      ],
    })
    expect([data, shape]).toEqual([Float32Array.of(1, 2, 3, 4), [2, 2]])
  })

  it.each([
    ['FP32', [1, '2'], 'input "x": element 1 is "2", which is not FP32'],
    ['INT8', [0, 128], 'input "x": element 1 is 128, which is not INT8'],
    ['UINT8', [-1], 'input "x": element 0 is -1, which is not UINT8'],
    ['INT32', [1.5], 'input "x": element 0 is 1.5, which is not INT32'],
    ['INT64', [2 ** 60], 'which is not INT64'],
    ['INT64', ['9223372036854775808'], 'which is not INT64'],
    ['BOOL', [2], 'input "x": element 0 is 2, which is not BOOL'],
    ['BYTES', [1], 'input "x": element 0 is 1, which is not BYTES'],
    ['BF16', [1], 'input "x" has datatype "BF16"; known are'],
  ])('name the element that is not %s', (datatype, data, message) => {
    expect(() => decode(datatype, data)).toThrow(message)
  })
})

describe('response tensors', () => {
  it('keep all digits of 64-bit integers', () => {
    const data = BigInt64Array.of(2n ** 62n + 1n)
    expect(encodeTensor('y', { dtype: 'int64', shape: [1], data })).toBe(
      '{"name":"y","datatype":"INT64","shape":[1],"data":[4611686018427387905]}',
    )
  })

  it('have null for what JSON cannot say', () => {
    const data = Float32Array.of(NaN, Infinity, 1)
    const text = encodeTensor('y', { dtype: 'float32', shape: [3], data })
    expect(JSON.parse(text)).toMatchObject({ data: [null, null, 1] })
  })

  it('write bool as true and false, and float16 as numbers', () => {
    const bools = encodeTensor('y', { dtype: 'bool', shape: [2], data: Uint8Array.of(1, 0) })
    expect(JSON.parse(bools)).toMatchObject({ datatype: 'BOOL', data: [true, false] })
    const half = encodeTensor('y', { dtype: 'float16', shape: [1], data: Uint16Array.of(0x3e00) })
    expect(JSON.parse(half)).toMatchObject({ datatype: 'FP16', data: [1.5] })
  })
})

describe('half precision', () => {
  it('gives every one of the 65,536 values back', () => {
    const all = Array.from({ length: 65_536 }, (_, bits) => bits)
    const numbers = all.filter((bits) => !Number.isNaN(fromHalf(bits)))
    expect(numbers.filter((bits) => toHalf(fromHalf(bits)) !== bits)).toEqual([])
  })

  it('rounds to the nearest, never further than half a step', () => {
    fc.assert(
      fc.property(fc.float({ min: -65_504, max: 65_504, noNaN: true }), (value) => {
        const error = Math.abs(fromHalf(toHalf(value)) - value)
        const step = Math.max(2 ** -24, 2 ** (Math.floor(Math.log2(Math.abs(value) || 1)) - 10))
        expect(error).toBeLessThanOrEqual(step / 2)
      }),
    )
  })

  it.each([
    [65_519, 0x7bff],
    [65_520, 0x7c00],
    [Infinity, 0x7c00],
    [-Infinity, 0xfc00],
    [2 ** -25, 0],
    [1.5 * 2 ** -25, 1],
    [2 ** -30, 0],
  ])('turns %d into its bits', (value, bits) => {
    expect(toHalf(value)).toBe(bits)
  })
})
