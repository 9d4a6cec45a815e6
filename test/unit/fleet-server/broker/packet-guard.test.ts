import fc from 'fast-check'
import { generate } from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import {
  PacketGuard,
  deviceLimit,
  strangerLimit,
} from '../../../../fleet-server/src/broker/packet-guard.js'

const hello = generate({
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 4,
  clientId: 'd-1',
  keepalive: 60,
  clean: true,
})
const message = (length: number) =>
  generate({
    cmd: 'publish',
    topic: 't',
    payload: Buffer.alloc(length),
    qos: 0,
    dup: false,
    retain: false,
  })

function trusted(): PacketGuard {
  const guard = new PacketGuard()
  guard.check(hello)
  guard.trust()
  return guard
}

describe('packet guard', () => {
  it.each([
    ['a CONNECT longer than a stranger may send', new PacketGuard(), [0x10, 0x81, 0x20]],
    ['PINGREQ before CONNECT', new PacketGuard(), [0xc0, 0]],
    ['CONNECT after CONNECT', trusted(), [0x10, 2]],
    ['QoS 2', trusted(), [0x34, 5]],
    ['PUBREL', trusted(), [0x62, 2]],
    ['CONNACK', trusted(), [0x20, 2]],
    ['a packet longer than a device may send', trusted(), [0x30, 0x81, 0x80, 0x10]],
    ['a length of five digits', trusted(), [0x30, 0x80, 0x80, 0x80, 0x80, 0x00]],
  ])('refuses %s', (_what, guard, bytes) => {
    expect(() => guard.check(Uint8Array.from(bytes))).toThrow()
  })

  it('allows the longest packets and not a byte more', () => {
    const guard = trusted()
    guard.check(message(deviceLimit - 3))
    expect(() => guard.check(message(deviceLimit - 2))).toThrow(/more than/)
    expect(strangerLimit).toBe(4_096)
  })

  it('finds the same boundaries however the bytes are cut', () => {
    const stream = Buffer.concat([hello, message(0), message(300), message(20_000), message(1)])
    const cuts = fc.array(fc.nat(stream.length), { maxLength: 20 })
    fc.assert(
      fc.property(cuts, (at) => {
        const guard = new PacketGuard()
        guard.trust()
        const edges = [0, ...at.sort((a, b) => a - b), stream.length]
        edges.slice(1).forEach((edge, i) => guard.check(stream.subarray(edges[i], edge)))
        expect(() => guard.check(Uint8Array.of(0x10))).toThrow(/packet type 1/)
      }),
    )
  })
})
