import { describe, expect, it } from 'vitest'
import { seededEntropy, systemEntropy } from '@kedge/shared/util/entropy'

describe('seeded entropy', () => {
  it('repeats itself for one seed and differs between seeds', () => {
    const draw = (seed: number) => [...seededEntropy(seed).bytes(32)]
    expect(draw(5)).toEqual(draw(5))
    expect(draw(5)).not.toEqual(draw(6))
  })

  it('stays the series that published chunk boundaries were cut with', () => {
    const entropy = seededEntropy(0x6b656467)
    const words = Array.from({ length: 4 }, () => Math.floor(entropy.random() * 2 ** 32))
    expect(words).toMatchInlineSnapshot(`
      [
        1298129640,
        2223190186,
        131587377,
        4276160233,
      ]
    `)
  })

  it('spreads evenly over [0, 1)', () => {
    const entropy = seededEntropy(1)
    const tenths = new Array<number>(10).fill(0)
    for (let i = 0; i < 100_000; i++) tenths[Math.floor(entropy.random() * 10)]! += 1
    for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(400)
  })
})

describe('system entropy', () => {
  it('gives as many bytes as were asked for, and not the same again', () => {
    expect(systemEntropy.bytes(16)).toHaveLength(16)
    expect(systemEntropy.bytes(16)).not.toEqual(systemEntropy.bytes(16))
  })
})
