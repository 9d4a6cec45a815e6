import { describe, expect, it } from 'vitest'
import { parseStrictJson, parseWholeNumberJson } from '@kedge/shared/model/strict-json'

describe('JSON of whole numbers', () => {
  it.each([
    ['{}', {}],
    ['0', 0],
    ['-1', -1],
    ['9007199254740991', 2 ** 53 - 1],
    ['-9007199254740991', -(2 ** 53) + 1],
    ['[1,2,{"a":[3]}]', [1, 2, { a: [3] }]],
    ['{"1.5":"2.5 -0 1e3","a\\"1.5":"\\\\"}', { '1.5': '2.5 -0 1e3', 'a"1.5': '\\' }],
    ['["\\\\",1,"\\"",2]', ['\\', 1, '"', 2]],
  ])('%s is taken', (text, value) => {
    expect(parseWholeNumberJson(text)).toEqual(value)
  })

  it.each([
    '1.5',
    '1.0',
    '-0',
    '0e0',
    '1e2',
    '1E2',
    '1e+2',
    '1e-2',
    '1e400',
    '9007199254740992',
    '9007199254740993',
    '-9007199254740992',
    '{"a":"\\\\","b":1.5}',
    '["1",[2.5]]',
  ])('%s is refused', (text) => {
    expect(() => parseWholeNumberJson(text)).toThrow(SyntaxError)
  })

  it('is refused for all that strict JSON is refused for', () => {
    for (const text of [
      '{"a":1,"a":1}',
      '"\\ud800"',
      '[',
      '\ufeff1',
      `${'['.repeat(65)}${']'.repeat(65)}`,
    ]) {
      expect(() => parseStrictJson(text)).toThrow(SyntaxError)
      expect(() => parseWholeNumberJson(text)).toThrow(SyntaxError)
    }
    expect(parseStrictJson(`${'['.repeat(64)}${']'.repeat(64)}`)).toBeDefined()
    expect(parseStrictJson('1.5')).toBe(1.5)
  })
})
