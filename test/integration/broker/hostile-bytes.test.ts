import { topics } from '@kedge/shared/protocol/topics'
import fc from 'fast-check'
import { generate } from 'mqtt-packet'
import { describe, expect, it, vi } from 'vitest'
import { connectBytes } from '../../support/mqtt-bytes.js'
import { isClosed, openSocket } from '../../support/raw-socket.js'
import { openBrokerHouse, password } from './broker-house.js'

describe('bytes that are not for a broker', () => {
  it('end a connection that says nothing for five seconds', async () => {
    await using house = await openBrokerHouse()
    const socket = await openSocket(house.broker.port)
    const start = performance.now()
    await isClosed(socket)
    expect(performance.now() - start).toBeGreaterThan(4_000)
    expect(house.metrics.refusals).toEqual({ 'connect-timeout': 1 })
  }, 20_000)

  it.each([
    ['a packet before CONNECT', () => Buffer.from([0xc0, 0])],
    [
      'a second CONNECT',
      () => Buffer.concat([connectBytes('d-1', password), connectBytes('d-1', password)]),
    ],
    ['QoS 3', () => Buffer.concat([connectBytes('d-1', password), Buffer.from([0x36, 0])])],
    [
      'a reserved packet type',
      () => Buffer.concat([connectBytes('d-1', password), Buffer.from([0xf0, 0])]),
    ],
    ['a length without end', () => Buffer.from([0x10, 0x80, 0x80, 0x80, 0x80, 0x01])],
    ['HTTP', () => Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ])('end the connection: %s', async (_what, bytes) => {
    await using house = await openBrokerHouse()
    const socket = await openSocket(house.broker.port)
    socket.resume()
    socket.write(bytes())
    await isClosed(socket)
    await vi.waitFor(() => expect(Object.values(house.metrics.refusals)).toEqual([1]))
    expect((await house.connect('d-2')).connected).toBe(true)
  })

  it('never end the broker, whatever they are', async () => {
    await using house = await openBrokerHouse()
    const header = fc.constantFrom(0x10, 0x30, 0x31, 0x32, 0x40, 0x82, 0xa2, 0xc0, 0xe0)
    const body = fc.uint8Array({ maxLength: 120 })
    const packet = fc
      .tuple(fc.oneof(header, fc.nat(255)), body)
      .map(([first, rest]) => Buffer.from([first, rest.length, ...rest]))
    const truth = fc.constantFrom(
      generate({
        cmd: 'subscribe',
        messageId: 1,
        subscriptions: [{ topic: topics.blob('0'.repeat(64)).path, qos: 1 }],
      }),
      generate({
        cmd: 'publish',
        topic: topics.presence('d-1').path,
        payload: '{}',
        qos: 1,
        messageId: 2,
        dup: false,
        retain: true,
      }),
    )
    const torn = fc.tuple(truth, fc.nat(200), fc.nat(255)).map(([bytes, at, value]) => {
      const copy = Buffer.from(bytes)
      copy[at % copy.length] = value
      return copy
    })
    const stream = fc.tuple(fc.boolean(), fc.array(fc.oneof(packet, torn), { maxLength: 6 }))
    await fc.assert(
      fc.asyncProperty(stream, async ([introduced, packets]) => {
        const socket = await openSocket(house.broker.port)
        socket.resume()
        if (introduced) socket.write(connectBytes('d-1', password))
        socket.end(Buffer.concat(packets))
        await isClosed(socket)
      }),
      { numRuns: 300 },
    )
    await vi.waitFor(() => expect(house.metrics.open).toBe(0))
    expect((await house.connect('d-2')).connected).toBe(true)
  })
})
