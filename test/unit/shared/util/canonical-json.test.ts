import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '@kedge/shared/util/canonical-json'
import { seededRuns } from '../../../support/seeded-runs.js'

describe('canonical JSON', () => {
  it.each<[unknown, string]>([
    [null, 'null'],
    [true, 'true'],
    [false, 'false'],
    [0, '0'],
    [-0, '0'],
    [-12, '-12'],
    [2 ** 53 - 1, '9007199254740991'],
    ['', '""'],
    ['a"b\\c/\n\u0000\u2028é👋', '"a\\"b\\\\c/\n\u0000\u2028é👋"'],
    ['"', '"\\""'],
    ['\\', '"\\\\"'],
    [[], '[]'],
    [[1, [2], {}], '[1,[2],{}]'],
    [{}, '{}'],
    [{ b: 1, a: { d: 2, c: 3 } }, '{"a":{"c":3,"d":2},"b":1}'],
    [{ '10': 1, '9': 2, a: 3 }, '{"10":1,"9":2,"a":3}'],
    [{ 'k"': 1 }, '{"k\\"":1}'],
  ])('of %j is %s', (value, text) => {
    expect(canonicalJson(value)).toBe(text)
  })

  it('orders keys by code points, not by UTF-16 units', () => {
    const keys = ['👌', '👋a', '👋', '\uffff', '\ue000', 'é', 'ab', 'a', '\u0000', '']
    const document = Object.fromEntries(keys.map((key) => [key, 0]))
    const order = ['', '\u0000', 'a', 'ab', 'é', '\ue000', '\uffff', '👋', '👋a', '👌']
    expect(canonicalJson(document)).toBe(`{${order.map((key) => `"${key}":0`).join(',')}}`)
    expect(canonicalJson({ '👋': 1, '\uffff': 2 })).toBe('{"\uffff":2,"👋":1}')
  })

  it.each([1.5, NaN, Infinity, 2 ** 53, -(2 ** 53), undefined, 1n, () => 0, Symbol('x')])(
    'has no form for %s',
    (value) => {
      expect(() => canonicalJson(value)).toThrow(TypeError)
      expect(() => canonicalJson({ a: [value] })).toThrow(TypeError)
    },
  )

  it('says what has no form', () => {
    expect(() => canonicalJson([undefined])).toThrow(/^undefined has no canonical JSON$/)
    expect(() => canonicalJson([1.5])).toThrow(/^1\.5 has no canonical JSON$/)
  })

  it('does not depend on the order of the keys', () => {
    const whole = (_key: string, part: unknown) =>
      typeof part === 'number' ? Math.trunc(part % 1_000_000) : part
    const turn = (_key: string, part: unknown) =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).reverse())
        : part
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value, whole)
        expect(canonicalJson(JSON.parse(text, turn))).toBe(canonicalJson(JSON.parse(text)))
      }),
      seededRuns(),
    )
  })
})
