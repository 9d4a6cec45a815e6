import { encode } from 'cborg'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DocumentError } from '@kedge/shared/errors/document-error'
import { decodeGoldenSamples, encodeGoldenSamples } from '@kedge/shared/model/golden-samples'
import { dtypes, type DType, type Tensor, type TensorData } from '@kedge/shared/model/tensor'
import { fromTensorBytes, toTensorBytes } from '@kedge/shared/model/tensor-bytes'
import { zeroInputs } from '@kedge/shared/model/zero-inputs'
import { seededRuns } from '../../../support/seeded-runs.js'

const two: Record<DType, TensorData> = {
  float32: Float32Array.of(1.5, -0),
  float64: Float64Array.of(Math.PI, 5e-324),
  float16: Uint16Array.of(0x3c00, 0xfc00),
  int8: Int8Array.of(-128, 127),
  int16: Int16Array.of(-32_768, 32_767),
  int32: Int32Array.of(-(2 ** 31), 2 ** 31 - 1),
  int64: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n),
  uint8: Uint8Array.of(0, 255),
  uint16: Uint16Array.of(0, 65_535),
  uint32: Uint32Array.of(0, 2 ** 32 - 1),
  uint64: BigUint64Array.of(0n, 2n ** 64n - 1n),
  bool: Uint8Array.of(0, 1),
  string: ['', 'grüß 👋'],
}

const tensorOf = (dtype: DType): Tensor => ({ dtype, shape: [2], data: two[dtype] })

describe('golden samples', () => {
  it.each(dtypes)('carry %s there and back', (dtype) => {
    const samples = [{ inputs: { x: tensorOf(dtype) }, outputs: { 'y:0': tensorOf(dtype) } }]
    const bytes = encodeGoldenSamples(samples)
    expect(decodeGoldenSamples(bytes)).toEqual(samples)
    // What Node's file system and MQTT.js hand over lies in the middle of a shared pool.
    const pooled = Buffer.alloc(bytes.length + 3)
      .fill(bytes, 3)
      .subarray(3)
    expect(decodeGoldenSamples(pooled)).toEqual(samples)
  })

  it('carry a view that begins in the middle of its buffer', () => {
    const data = new Float64Array([9, 1, 2, 9]).subarray(1, 3)
    const inputs = { x: { dtype: 'float64', shape: [2], data } as const }
    expect(decodeGoldenSamples(encodeGoldenSamples([{ inputs, outputs: {} }]))[0]!.inputs).toEqual(
      inputs,
    )
  })

  const packed = (tensor: unknown) =>
    encode({ v: 1, samples: [{ inputs: { x: tensor }, outputs: {} }] })

  it.each([
    ['no samples', encode({ v: 1, samples: [] })],
    ['another version', encode({ v: 2, samples: [{ inputs: {}, outputs: {} }] })],
    ['an unknown type', packed({ dtype: 'bfloat16', shape: [1], data: new Uint8Array(2) })],
    ['part of an element', packed({ dtype: 'float32', shape: [1], data: new Uint8Array(5) })],
    ['text for numbers', packed({ dtype: 'float32', shape: [1], data: ['1'] })],
    ['bytes for text', packed({ dtype: 'string', shape: [1], data: new Uint8Array(1) })],
    ['a negative extent', packed({ dtype: 'int8', shape: [-1], data: new Uint8Array(1) })],
    [
      'elements that do not fill the shape',
      packed({ dtype: 'int8', shape: [3], data: new Uint8Array(2) }),
    ],
    ['too few strings', packed({ dtype: 'string', shape: [2], data: ['a'] })],
  ])('with %s are refused', (_what, bytes) => {
    expect(() => decodeGoldenSamples(bytes)).toThrow(DocumentError)
  })
})

describe('tensor bytes', () => {
  it('are read from anywhere in a larger buffer', () => {
    const numbers = fc.float64Array({ maxLength: 20 })
    fc.assert(
      fc.property(numbers, fc.integer({ min: 0, max: 9 }), (data, offset) => {
        const bytes = toTensorBytes(data) as Uint8Array
        const whole = new Uint8Array(bytes.length + offset + 3)
        whole.set(bytes, offset)
        const part = whole.subarray(offset, offset + bytes.length)
        expect(fromTensorBytes('float64', part)).toEqual(data)
        expect(fromTensorBytes('float64', Buffer.from(part))).toEqual(data)
      }),
      seededRuns(),
    )
  })

  it('are a copy, so that the message can go', () => {
    const bytes = Uint8Array.of(1, 2)
    const data = fromTensorBytes('uint8', bytes)
    bytes[0] = 9
    expect(data[0]).toBe(1)
  })
})

describe('zero inputs', () => {
  it.each(dtypes)('fill %s, with 1 where an extent is open', (dtype) => {
    const { x } = zeroInputs([{ name: 'x', dtype, shape: [2, 'batch', null] }])
    expect(x).toMatchObject({ dtype, shape: [2, 1, 1] })
    expect(x!.data).toHaveLength(2)
    expect([...x!.data].every((value) => value === '' || Number(value) === 0)).toBe(true)
  })

  it('make one element of a scalar and none of an empty extent', () => {
    const inputs = zeroInputs([
      { name: 'scalar', dtype: 'float32', shape: [] },
      { name: 'empty', dtype: 'int64', shape: [0, 4] },
    ])
    expect(inputs['scalar']!.data).toHaveLength(1)
    expect(inputs['empty']!.data).toHaveLength(0)
  })
})
