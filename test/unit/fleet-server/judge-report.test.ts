import { describe, expect, it } from 'vitest'
import {
  judgeReport,
  type ReportChain,
  type ReportLink,
} from '../../../fleet-server/src/devices/judge-report.js'

const second = 1_000
const minute = 60 * second
const start = 1_790_000_000_000

/** A report signed so long after the start, and received at once. */
const link = (boot: string, seq: number, after: number): ReportLink => ({
  bootId: boot,
  reportSeq: seq,
  ...(seq > 1 && { prevHash: `${boot}${seq - 1}` }),
  issuedAt: start + after,
  hash: `${boot}${seq}`,
  receivedAt: start + after,
})

/** What becomes of each of them, in the order in which they come. */
function judge(...links: readonly ReportLink[]): string[] {
  let chain: ReportChain | undefined
  return links.map((one) => {
    const verdict = judgeReport(chain, one)
    if (verdict.kind === 'next') chain = verdict.chain
    return verdict.kind
  })
}

const boots = (count: number, apart: number) =>
  Array.from({ length: count }, (_, i) => link(`boot-${i}`, 1, i * apart))

describe('one machine', () => {
  it('reports in order, and what was lost on the way leaves a gap', () => {
    const reports = [link('a', 1, 0), link('a', 2, second), link('a', 5, minute)]
    expect(judge(...reports)).toEqual(['next', 'next', 'next'])
  })

  it('may be heard for the first time late in its boot', () => {
    expect(judge(link('a', 17, 0), link('a', 18, second))).toEqual(['next', 'next'])
  })

  it('is heard once when a report is delivered twice', () => {
    const reports = [link('a', 1, 0), link('a', 1, 0), link('a', 2, second)]
    expect(judge(...reports)).toEqual(['next', 'known', 'next'])
  })

  it('restarts as often as it likes', () => {
    expect(new Set(judge(...boots(60, second)))).toEqual(new Set(['next']))
  })

  it('is not a clone by a report of the boot before that was held up', () => {
    const late = { ...link('a', 2, minute - second), receivedAt: start + 10 * minute }
    const reports = [link('a', 1, 0), link('b', 1, minute), late, link('b', 2, 11 * minute)]
    expect(judge(...reports)).toEqual(['next', 'next', 'stale', 'next'])
  })

  it('is not a clone when its clock was set back a little between two boots', () => {
    const held = link('a', 2, 40 * second)
    const reports = [link('a', 1, 30 * second), link('b', 1, 31 * second), held]
    expect(judge(...reports)).toEqual(['next', 'next', 'stale'])
  })

  it('is heard again soon after its clock was found to be a day ahead', () => {
    const ahead = { ...link('a', 1, 0), issuedAt: start + 24 * 60 * minute }
    const reports = [ahead, link('b', 1, 9 * minute), link('c', 1, 11 * minute)]
    expect(judge(...reports)).toEqual(['next', 'stale', 'next'])
  })
})

describe('somebody who owns the broker, and no key', () => {
  it('cannot play old reports again, of this boot or of boots before', () => {
    const said = [link('a', 1, 0), link('a', 2, second), link('b', 1, minute), link('b', 2, 90e3)]
    const again = said.slice(0, 3).map((one) => ({ ...one, receivedAt: start + 60 * minute }))
    expect(judge(...said, ...again).slice(4)).toEqual(['stale', 'stale', 'stale'])
  })

  it('cannot make a clone out of a report that counted before the clock was set far back', () => {
    const said = [link('a', 1, 0), link('a', 2, 30 * minute), link('b', 1, minute)]
    expect(judge(...said, link('a', 2, 30 * minute)).at(-1)).toBe('stale')
  })

  it('cannot bring back a boot that it held back whole', () => {
    const held = { ...link('a', 3, 0), receivedAt: start + 60 * minute }
    expect(judge(link('b', 1, minute), held)).toEqual(['next', 'stale'])
  })

  it('cannot bring back a boot that was forgotten', () => {
    const old = { ...link('boot-0', 2, second), receivedAt: start + 50 * minute }
    expect(judge(...boots(40, minute), old).at(-1)).toBe('stale')
  })

  it('cannot make a clone out of a device by changing the order of what it has signed', () => {
    const signed = [
      link('a', 1, 0),
      link('a', 2, 10 * minute),
      link('b', 1, 20 * minute),
      link('b', 2, 30 * minute),
      link('c', 1, 40 * minute),
    ].map((one) => ({ ...one, receivedAt: start + 60 * minute }))
    for (const order of permutations(signed)) expect(judge(...order)).not.toContain('cloned')
  })
})

describe('two machines with one key', () => {
  it('are found out when the first goes on after the second began', () => {
    const reports = [link('a', 1, 0), link('b', 1, minute), link('a', 2, 3 * minute)]
    expect(judge(...reports)).toEqual(['next', 'next', 'cloned'])
  })

  it('are found out though many boots lie between', () => {
    const reports = [link('a', 1, -minute), ...boots(12, minute), link('a', 2, 20 * minute)]
    expect(judge(...reports).at(-1)).toBe('cloned')
  })

  it('are found out though the second says that it comes from the future', () => {
    const future = { ...link('b', 1, minute), issuedAt: start + 1e12 }
    expect(judge(link('a', 1, 0), future, link('a', 2, 13 * minute)).at(-1)).toBe('cloned')
  })

  it('are found out when memory was copied, by two reports with one number', () => {
    const other = { ...link('a', 2, 2 * second), hash: 'other' }
    expect(judge(link('a', 1, 0), link('a', 2, second), other).at(-1)).toBe('cloned')
  })

  it('are found out when memory was copied, by a report that follows another', () => {
    const other = { ...link('a', 3, 2 * second), prevHash: 'other' }
    expect(judge(link('a', 1, 0), link('a', 2, second), other).at(-1)).toBe('cloned')
  })
})

function permutations<T>(all: readonly T[]): T[][] {
  if (all.length < 2) return [[...all]]
  return all.flatMap((one, i) =>
    permutations([...all.slice(0, i), ...all.slice(i + 1)]).map((rest) => [one, ...rest]),
  )
}
