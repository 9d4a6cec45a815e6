import { describe, expect, it } from 'vitest'
import { topics } from '@kedge/shared/protocol/topics'
import { eventually } from '../../../support/eventually.js'
import { ManualClock } from '../../../support/manual-clock.js'
import { polite, RawBroker } from '../../../support/raw-broker.js'
import { connected, openTestLink } from '../../../support/test-link.js'

const presence = topics.presence('d-1')
const sha256 = 'a'.repeat(64)

/** A link that connects, subscribes, receives and publishes over a connection cut after some bytes. */
async function exchange(cutAfter: number): Promise<number> {
  await using broker = await RawBroker.start()
  const clock = new ManualClock()
  broker.cutAfter = cutAfter
  broker.behave = (packet, connection) => {
    polite(packet, connection)
    if (packet.cmd !== 'subscribe') return
    const { topic } = packet.subscriptions[0]!
    const payload = Buffer.from('chunk')
    connection.send({ cmd: 'publish', topic, payload, qos: 0, retain: true, dup: false })
  }
  await using link = openTestLink({ url: broker.url, clock })
  await eventually(() => broker.connections.length > 0)
  // What is cut comes back whole.
  broker.cutAfter = Infinity
  const received: string[] = []
  await using _subscription = await link.subscribe(topics.blob(sha256), (bytes) =>
    received.push(Buffer.from(bytes).toString()),
  )
  let published = false
  await eventually(async () => {
    if (!link.online) await connected(link, clock)
    if (!published) {
      published = await link.publish(presence, { v: 1, state: 'online' }).then(
        () => true,
        () => false,
      )
    }
    return published && link.online && received.length > 0
  }, `an exchange that was cut after ${cutAfter} bytes`)
  expect(new Set(received)).toEqual(new Set(['chunk']))
  return broker.connections.length
}

describe('a connection', () => {
  it('that is cut at any byte is made again, with its subscriptions, and nothing hangs', async () => {
    expect(await exchange(Infinity)).toBe(1)
    const cuts = Array.from({ length: 140 }, (_, i) => 1 + 3 * i)
    const connections = await Promise.all(cuts.map(exchange))
    expect(Math.max(...connections)).toBe(2)
    expect(connections[0]).toBe(2)
    // The last cuts come after the exchange has ended.
    expect(connections.at(-1)).toBe(1)
  }, 30_000)
})
