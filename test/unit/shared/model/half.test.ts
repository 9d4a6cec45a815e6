import { describe, expect, it } from 'vitest'
import { fromHalf } from '@kedge/shared/model/half'

describe('half-precision number', () => {
  // IEEE 754-2019, table 3.5, and the extremes of binary16.
  it.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x0001, 2 ** -24],
    [0x03ff, 2 ** -14 - 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3555, 0.333251953125],
    [0x3bff, 0.99951171875],
    [0x3c00, 1],
    [0x3c01, 1.0009765625],
    [0xc000, -2],
    [0x7bff, 65_504],
    [0xfbff, -65_504],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
    [0x7c01, NaN],
    [0xfe00, NaN],
  ])('%i stands for %d', (bits, value) => {
    expect(fromHalf(bits)).toBe(value)
  })

  it('grows with its bits, over all that are finite', () => {
    for (let bits = 1; bits <= 0x7c00; bits++) {
      expect(fromHalf(bits)).toBeGreaterThan(fromHalf(bits - 1))
      expect(fromHalf(bits | 0x8000)).toBe(-fromHalf(bits))
    }
  })
})
