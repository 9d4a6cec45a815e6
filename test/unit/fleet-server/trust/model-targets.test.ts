import { describe, expect, it } from 'vitest'
import {
  addRelease,
  lastCounter,
  releasesOf,
  renewTargets,
  revokeTarget,
} from '../../../../fleet-server/src/trust/model-targets.js'
import { digestOf } from '../../../support/sample-release.js'

const now = 1_790_000_000_000
const ref = (version: string, digit: string) => ({
  model: 'net',
  version,
  sha256: digestOf(digit),
  length: 10,
})

describe("a model's role", () => {
  it('counts its releases up, and each keeps its counter', () => {
    const first = addRelease(undefined, ref('1.0.0', 'a'), now)
    const second = addRelease(first, ref('1.1.0', 'b'), now)
    expect([first.version, second.version]).toEqual([1, 2])
    expect(releasesOf(second).map(({ version, facts }) => [version, facts.counter])).toEqual([
      ['1.0.0', 1],
      ['1.1.0', 2],
    ])
    expect(lastCounter(second)).toBe(2)
  })

  it('takes the same release again as it is', () => {
    const first = addRelease(undefined, ref('1.0.0', 'a'), now)
    const again = addRelease(first, ref('1.0.0', 'a'), now + 5)
    expect(again.targets).toEqual(first.targets)
    expect(again.version).toBe(2)
  })

  it('says of a revoked release why, and keeps it listed', () => {
    const role = addRelease(undefined, ref('1.0.0', 'a'), now)
    const revoked = revokeTarget(role, { model: 'net', version: '1.0.0', reason: 'wrong' }, now)
    expect(releasesOf(revoked)[0]?.facts).toMatchObject({ counter: 1, revoked: 'wrong' })
    expect(() =>
      revokeTarget(role, { model: 'net', version: '2.0.0', reason: 'wrong' }, now),
    ).toThrow('no release net@2.0.0')
  })

  it('is renewed with what it holds', () => {
    const role = addRelease(undefined, ref('1.0.0', 'a'), now)
    const renewed = renewTargets(role, now + 1_000_000)
    expect(renewed.targets).toEqual(role.targets)
    expect(Date.parse(renewed.expires)).toBeGreaterThan(Date.parse(role.expires))
  })

  it('is refused where a target is no release', () => {
    const role = addRelease(undefined, ref('1.0.0', 'a'), now)
    const [target] = Object.values(role.targets)
    for (const path of ['models/net/1.0.0/other.json', 'models/../x/release.json', 'x']) {
      expect(() => releasesOf({ ...role, targets: { [path]: target! } })).toThrow('is no release')
    }
  })
})
