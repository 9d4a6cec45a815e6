import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { matchesSelector, parseSelector } from '@kedge/shared/protocol/selector'
import { seededRuns } from '../../../support/seeded-runs.js'

const agent = { kind: 'agent', site: 'berlin', 'x.io/ring': '1', gpu: '' }
const browser = { kind: 'browser' }

const cases: [selector: string, agent: boolean, browser: boolean][] = [
  ['', true, true],
  ['  ', true, true],
  ['*', true, true],
  ['site=berlin', true, false],
  ['site == berlin', true, false],
  ['site = bonn', false, false],
  ['site!=bonn', true, true],
  ['site != berlin', false, true],
  ['site in (berlin, bonn)', true, false],
  ['site in(berlin)', true, false],
  ['site notin (berlin,bonn)', false, true],
  ['site', true, false],
  ['!site', false, true],
  ['! site', false, true],
  ['gpu=', true, false],
  ['gpu', true, false],
  ['x.io/ring in (1,2)', true, false],
  ['kind=agent,site in (berlin,bonn),!metered', true, false],
  ['kind=agent, site notin (berlin,bonn)', false, false],
  ['in=1', false, false],
  ['constructor', false, false],
  ['!constructor', true, true],
  ['toString', false, false],
  ['hasOwnProperty!=x', true, true],
]

describe('selector', () => {
  it.each(cases)('%j selects the agent: %s, the browser: %s', (text, first, second) => {
    const selector = parseSelector(text)
    expect(matchesSelector(selector, agent)).toBe(first)
    expect(matchesSelector(selector, browser)).toBe(second)
  })

  it.each([
    ['site=berlin,', '""'],
    [',', '""'],
    ['site=a=b', '"site=a=b"'],
    ['site=<script>', '"site=<script>"'],
    ['site berlin', '"site berlin"'],
    ['site in berlin', '"site in berlin"'],
    ['site in (berlin', '"site in (berlin"'],
    ['site in (a b)', '"site in (a b)"'],
    ['site in (ä)', '"site in (ä)"'],
    ['site in ()', '"site in ()"'],
    ['-site', '"-site"'],
    ['!', '"!"'],
    ['!!site', '"!!site"'],
    ['** ', '"**"'],
    ['(a),(b)', '"(a)"'],
  ])('%j is refused, naming %s', (text, part) => {
    expect(() => parseSelector(text)).toThrow(UsageError)
    expect(() => parseSelector(text)).toThrow(part)
  })

  it.each([
    ['commas', ','.repeat(100_000)],
    ['open parentheses', `${'('.repeat(50_000)}${',('.repeat(25_000)}`],
    ['letters', `${'a'.repeat(100_000)}!`],
    ['dots', `a${'.'.repeat(100_000)}`],
    ['spaces', `a${' '.repeat(100_000)}!`],
  ])('of 100,000 %s is refused', (_what, text) => {
    expect(() => parseSelector(text)).toThrow(UsageError)
  })

  it('whatever the text, is read or refused', () => {
    const words = fc.array(
      fc.constantFrom('site', 'a', '=', '!=', '!', ',', '(', ')', ' in ', ' notin ', ' ', '*', 'ü'),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(words, (parts) => {
        try {
          matchesSelector(parseSelector(parts.join('')), agent)
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError)
        }
      }),
      seededRuns(1_000),
    )
  })
})
