import { describe, expect, it } from 'vitest'
import { defaultLimits } from '../../../fleet-server/src/broker/door-limits.js'
import { toConfig } from '../../../fleet-server/src/config/config.js'

describe('what the embedded broker takes on', () => {
  it('is as documented where nothing is said', () => {
    const { limits } = toConfig({})
    expect(limits).toEqual(defaultLimits)
    expect([limits.connections, limits.perAddress, limits.strangers]).toEqual([
      10_000, 5_000, 2_000,
    ])
    expect(limits.arrivals).toEqual({ perSecond: 500, burst: 5_000 })
  })

  it('can be more for a fleet behind one address', () => {
    const { limits } = toConfig({
      ...{ maxConnections: '50000', maxConnectionsPerAddress: '50000' },
      maxArrivalsPerAddress: '2000',
    })
    expect([limits.connections, limits.perAddress, limits.strangers]).toEqual([
      50_000, 50_000, 10_000,
    ])
    expect([limits.arrivals.burst, limits.allArrivals.perSecond]).toEqual([20_000, 8_000])
  })

  it('is never more from one address than from all', () => {
    expect(toConfig({ maxConnections: '100' }).limits.perAddress).toBe(100)
  })

  it.each([
    [{ maxConnections: '0' }, /--max-connections .*at least/],
    [{ maxConnections: '1e9' }, /--max-connections .*at most/],
    [{ maxConnections: 'many' }, /--max-connections .*number/],
    [{ maxConnectionsPerAddress: '2.5' }, /--max-connections-per-address .*whole/],
    [{ maxConnections: '10', maxConnectionsPerAddress: '11' }, /more than --max-connections 10/],
    [{ maxArrivalsPerAddress: '-1' }, /--max-arrivals-per-address .*at least/],
    [{ maxMessagesPerDevice: '1000000' }, /--max-messages-per-device .*at most/],
  ])('is refused where it is absurd: %j', (environment, says) => {
    expect(() => toConfig(environment)).toThrow(says)
  })
})

describe('another’s broker', () => {
  it('may be certified by an authority of its own', () => {
    expect(toConfig({ brokerUrl: 'mqtts://mq.example', brokerCa: 'ca.pem' }).broker).toEqual({
      ...{ kind: 'external', url: 'mqtts://mq.example', ca: 'ca.pem' },
    })
  })

  it.each([{ brokerCa: 'ca.pem' }, { brokerCa: 'ca.pem', brokerUrl: 'mqtt://mq.example' }])(
    'has none where there is no TLS: %j',
    (environment) => {
      expect(() => toConfig(environment)).toThrow(/--broker-ca is for/)
    },
  )
})
