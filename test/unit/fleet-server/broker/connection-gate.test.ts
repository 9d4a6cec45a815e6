import { describe, expect, it } from 'vitest'
import { ConnectionGate } from '../../../../fleet-server/src/broker/connection-gate.js'
import { defaultLimits, type DoorLimits } from '../../../../fleet-server/src/broker/door-limits.js'
import { ManualClock } from '../../../support/manual-clock.js'

const gateOf = (limits: Partial<DoorLimits>, clock = new ManualClock()) =>
  new ConnectionGate({ ...defaultLimits, ...limits }, clock)

const reasonOf = (enter: () => unknown): string | undefined => {
  try {
    enter()
    return undefined
  } catch (error) {
    return (error as { reason: string }).reason
  }
}

describe('connection gate', () => {
  it('gives the place of who left to the next', () => {
    const gate = gateOf({ connections: 1 })
    const place = gate.enter('192.0.2.1')
    expect(reasonOf(() => gate.enter('192.0.2.2'))).toBe('connection-limit')
    place.leave()
    place.leave()
    expect(gate.open).toBe(0)
    expect(reasonOf(() => gate.enter('192.0.2.2'))).toBeUndefined()
  })

  it('counts as strangers those who were not admitted', () => {
    const gate = gateOf({ strangers: 1 })
    const place = gate.enter('192.0.2.1')
    expect(reasonOf(() => gate.enter('192.0.2.1'))).toBe('stranger-limit')
    place.admitted()
    const next = gate.enter('192.0.2.1')
    place.leave()
    expect(reasonOf(() => gate.enter('192.0.2.1'))).toBe('stranger-limit')
    next.leave()
    expect(reasonOf(() => gate.enter('192.0.2.1'))).toBeUndefined()
  })

  it.each([
    ['192.0.2.1', '192.0.2.1', 'address-limit'],
    ['192.0.2.1', '::ffff:192.0.2.1', 'address-limit'],
    ['192.0.2.1', '192.0.2.2', undefined],
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', 'address-limit'],
    ['2001:db8::1', '2001:db8:0:0:5::', 'address-limit'],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', undefined],
    ['::1', '::2', 'address-limit'],
  ])('takes %s and %s for one site: %s', (one, other, reason) => {
    const gate = gateOf({ perAddress: 1 })
    gate.enter(one)
    expect(reasonOf(() => gate.enter(other))).toBe(reason)
  })

  it('lets in as many as come in their time, from one address and from all', async () => {
    const clock = new ManualClock()
    const arrivals = { perSecond: 1, burst: 2 }
    const gate = gateOf({ arrivals, allArrivals: { perSecond: 1, burst: 3 } }, clock)
    const from = (site: string) => reasonOf(() => gate.enter(site))
    expect([from('a'), from('a'), from('a')]).toEqual([undefined, undefined, 'arrival-rate'])
    expect([from('b'), from('c')]).toEqual([undefined, 'arrival-rate'])
    await clock.advance(1_000)
    expect([from('a'), from('b')]).toEqual([undefined, 'arrival-rate'])
  })
})
