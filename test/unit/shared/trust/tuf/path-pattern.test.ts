import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matchesPattern } from '@kedge/shared/trust/tuf/path-pattern'
import { seededRuns } from '../../../../support/seeded-runs.js'

describe('path pattern', () => {
  it.each([
    ['a', 'a'],
    ['a', '*'],
    ['abc', 'a*'],
    ['abc', '*c'],
    ['abc', 'a*c'],
    ['abc', 'a*b*c'],
    ['ac', 'a*c'],
    ['abcbc', 'a*bc'],
    ['abc', '***'],
    ['', '*'],
    ['', ''],
    ['abc', '???'],
    ['abc', '?*'],
    ['abc', '*?'],
    ['a/b/c', 'a/*/c'],
    ['models/x/1.0.0/release.json', 'models/x/*/*'],
    ['a[b', 'a[b'],
    ['a.b', 'a.b'],
  ])('%s is of the kind %s', (path, pattern) => {
    expect(matchesPattern(path, pattern)).toBe(true)
  })

  it.each([
    ['a', ''],
    ['', 'a'],
    ['', '?'],
    ['ab', 'a'],
    ['a', 'ab'],
    ['abc', 'a*b'],
    ['abc', '*b'],
    ['abc', '??'],
    ['abc', '????'],
    ['a/b', '*'],
    ['a/b', 'a?b'],
    ['a/b/c', 'a/*'],
    ['a/b', 'a/*/c'],
    ['a', 'a/*'],
    ['A', 'a'],
    ['aXb', 'a.b'],
    ['b', '[ab]'],
  ])('%s is not of the kind %s', (path, pattern) => {
    expect(matchesPattern(path, pattern)).toBe(false)
  })

  it('agrees with a regular expression', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 8 })
    const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '?'), maxLength: 6 })
    fc.assert(
      fc.property(letters, patterns, (path, pattern) => {
        const source = pattern.replaceAll('*', '[^/]*').replaceAll('?', '[^/]')
        expect(matchesPattern(path, pattern)).toBe(new RegExp(`^${source}$`).test(path))
      }),
      seededRuns(),
    )
  })

  it('takes no time that grows without bound', () => {
    expect(matchesPattern('a'.repeat(4_000), `${'a*'.repeat(400)}b`)).toBe(false)
  })
})
