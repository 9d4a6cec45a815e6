import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { Aedes, type Subscription } from 'aedes'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Link } from '@kedge/shared/device/ports/link'
import { topics } from '@kedge/shared/protocol/topics'
import { eventually } from '../../../support/eventually.js'
import { ManualClock, settle } from '../../../support/manual-clock.js'
import { polite, RawBroker } from '../../../support/raw-broker.js'
import { connected, openTestLink } from '../../../support/test-link.js'

const blob = (character: string) => topics.blob(character.repeat(64))
const presence = topics.presence('d-1')
const online = { v: 1, state: 'online' } as const

describe('a link to a real broker', () => {
  let aedes: Aedes
  let server: ReturnType<typeof createServer>
  let clock: ManualClock
  let link: Link
  let subscribed: Subscription[][]
  beforeEach(async () => {
    aedes = await Aedes.createBroker()
    subscribed = []
    aedes.on('subscribe', (subscriptions) => subscribed.push(subscriptions))
    server = createServer(aedes.handle).listen(0, '127.0.0.1')
    await once(server, 'listening')
    clock = new ManualClock()
    link = openTestLink({
      url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
      clock,
    })
    await connected(link, clock)
  })
  afterEach(async () => {
    await link[Symbol.asyncDispose]()
    await new Promise<void>((resolve) => aedes.close(resolve))
    server.close()
  })

  const retain = (topic: string, payload: Uint8Array | string) =>
    new Promise<void>((resolve, reject) =>
      aedes.publish(
        { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 1, retain: true, dup: false },
        (error) => (error ? reject(error) : resolve()),
      ),
    )
  const cut = async () => {
    await new Promise<void>((resolve) => {
      const [client] = Object.values((aedes as unknown as { clients: object }).clients) as [
        { close: (done: () => void) => void },
      ]
      client.close(resolve)
    })
    await eventually(() => !link.online)
  }

  it('asks for all that is wanted in one turn with one packet for each quality of service', async () => {
    const wanted = ['a', 'b', 'c', 'd'].map((one) => link.subscribe(blob(one), () => undefined))
    await Promise.all([...wanted, link.subscribe(topics.ack('d-1'), () => undefined)])
    expect(subscribed.map((packet) => packet.length)).toEqual([4, 1])
    expect(subscribed.map((packet) => packet[0]!.qos)).toEqual([0, 1])
  })

  it('takes what is retained at once, and later messages, until it is no longer wanted', async () => {
    await retain(blob('a').path, 'first')
    const got: string[] = []
    const subscription = await link.subscribe(blob('a'), (bytes) =>
      got.push(Buffer.from(bytes).toString()),
    )
    await eventually(() => got.length === 1)
    await retain(blob('a').path, 'second')
    await eventually(() => got.length === 2)
    await subscription[Symbol.asyncDispose]()
    await once(aedes, 'unsubscribe')
    await retain(blob('a').path, 'third')
    await settle()
    expect(got).toEqual(['first', 'second'])
  })

  it('serves two who want the same, also when one has had enough', async () => {
    await retain(blob('a').path, 'chunk')
    const got: string[] = []
    const first = await link.subscribe(blob('a'), () => got.push('first'))
    await eventually(() => got.includes('first'))
    const second = await link.subscribe(blob('a'), () => got.push('second'))
    await eventually(() => got.includes('second'))
    await first[Symbol.asyncDispose]()
    await first[Symbol.asyncDispose]()
    got.length = 0
    await retain(blob('a').path, 'again')
    await eventually(() => got.length > 0)
    expect(got).toEqual(['second'])
    await second[Symbol.asyncDispose]()
  })

  it('rejects only the subscription that the broker refuses, and asks for it no more', async () => {
    aedes.authorizeSubscribe = (_client, subscription, done) =>
      done(null, subscription.topic === blob('b').path ? null : subscription)
    const [a, b, c] = await Promise.allSettled(
      ['a', 'b', 'c'].map((one) => link.subscribe(blob(one), () => undefined)),
    )
    expect([a!.status, c!.status]).toEqual(['fulfilled', 'fulfilled'])
    expect(b).toMatchObject({ reason: { name: 'LinkError', code: 'unauthorized' } })
    await cut()
    subscribed.length = 0
    await connected(link, clock)
    await eventually(() => subscribed.length > 0)
    expect(subscribed.flat().map(({ topic }) => topic)).toEqual([blob('a').path, blob('c').path])
  })

  it('subscribes again after the connection was lost, also to what was wanted meanwhile', async () => {
    const got: string[] = []
    await link.subscribe(blob('a'), () => got.push('a'))
    const dropped = await link.subscribe(blob('b'), () => got.push('b'))
    await cut()
    await dropped[Symbol.asyncDispose]()
    await link.subscribe(blob('c'), () => got.push('c'))
    for (const one of ['a', 'b', 'c']) await retain(blob(one).path, one)
    await connected(link, clock)
    await eventually(() => got.length === 2)
    await settle()
    expect(got.sort()).toEqual(['a', 'c'])
  })

  it('queues nothing while it is offline', async () => {
    await cut()
    const published: string[] = []
    aedes.on('publish', ({ topic, payload }) => published.push(`${topic} ${payload.toString()}`))
    await expect(link.publish(presence, online)).rejects.toMatchObject({ code: 'link-offline' })
    await connected(link, clock)
    await link.publish(topics.presence('d-1'), online)
    expect(published.filter((one) => one.includes('"online"'))).toHaveLength(1)
  })

  it('counts what does not match its schema, and delivers the rest', async () => {
    const got: unknown[] = []
    await link.subscribe(topics.ack('d-1'), (ack) => got.push(ack))
    const good = { v: 1, stream: '0123456789abcdef', upTo: 7 }
    for (const text of ['', '{', '{"v":2}', 'x'.repeat(2_000), JSON.stringify(good)]) {
      await retain(topics.ack('d-1').path, text)
    }
    await eventually(() => got.length === 1)
    expect(got).toEqual([good])
    expect(link.malformed).toBe(4)
  })
})

describe('a publish', () => {
  it.each<[string, string, (broker: RawBroker) => void]>([
    [
      'before whose acknowledgement the connection breaks',
      'link-offline',
      (broker) => {
        broker.behave = (packet, connection) => {
          if (packet.cmd === 'publish') connection.socket.destroy()
          else polite(packet, connection)
        }
      },
    ],
    [
      'that nobody acknowledges',
      'link-timeout',
      (broker) => {
        broker.behave = (packet, connection) => {
          if (packet.cmd !== 'publish') polite(packet, connection)
        }
      },
    ],
  ])('%s is rejected as %s', async (_what, code, misbehave) => {
    await using broker = await RawBroker.start()
    const clock = new ManualClock()
    await using link = openTestLink({ url: broker.url, clock })
    await connected(link, clock)
    misbehave(broker)
    const published = expect(link.publish(presence, online)).rejects.toMatchObject({ code })
    await eventually(() => broker.packets.some(({ cmd }) => cmd === 'publish'))
    await clock.advance(60_000)
    await published
    broker.behave = polite
    await connected(link, clock)
    await link.publish(presence, online)
    const ended = link[Symbol.asyncDispose]()
    await clock.advance(10_000)
    await ended
  })
})

describe('a subscription', () => {
  it('during which the connection breaks is asked for again', async () => {
    await using broker = await RawBroker.start()
    const clock = new ManualClock()
    await using link = openTestLink({ url: broker.url, clock })
    await connected(link, clock)
    broker.behave = (packet, connection) => {
      if (packet.cmd === 'subscribe') connection.socket.destroy()
      else polite(packet, connection)
    }
    await link.subscribe(blob('a'), () => undefined)
    broker.behave = polite
    await eventually(() => !link.online)
    await connected(link, clock)
    await eventually(() => broker.packets.filter(({ cmd }) => cmd === 'subscribe').length === 2)
  })
})
