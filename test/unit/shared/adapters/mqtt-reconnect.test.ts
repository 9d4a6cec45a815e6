import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Link } from '@kedge/shared/device/ports/link'
import { topics } from '@kedge/shared/protocol/topics'
import { deferred } from '@kedge/shared/util/deferred'
import { Ms } from '@kedge/shared/util/units'
import { eventually } from '../../../support/eventually.js'
import { ManualClock, settle } from '../../../support/manual-clock.js'
import { polite, RawBroker } from '../../../support/raw-broker.js'
import { connected, openTestLink } from '../../../support/test-link.js'

let broker: RawBroker
let clock: ManualClock
let link: Link
beforeEach(async () => {
  broker = await RawBroker.start()
  clock = new ManualClock()
})
afterEach(async () => {
  await link[Symbol.asyncDispose]()
  await broker[Symbol.asyncDispose]()
})

const open = (options: Partial<Parameters<typeof openTestLink>[0]> = {}) =>
  (link = openTestLink({ url: broker.url, clock, ...options }))
const tries = () => broker.connections.length

/** Lets `count` attempts fail, each after whatever pause the link takes. */
async function failTimes(count: number): Promise<void> {
  const before = tries()
  await eventually(async () => {
    await clock.advance(10_000)
    return tries() >= before + count
  }, `${count} attempts`)
}

describe('a link that gets no connection', () => {
  it('goes on trying while nobody listens, and connects when somebody does', async () => {
    const free = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => free.once('listening', resolve))
    const { port } = free.address() as { port: number }
    await new Promise((resolve) => free.close(resolve))
    open({ url: `mqtt://127.0.0.1:${port}` })
    await eventually(async () => {
      await clock.advance(300_000)
      return clock.slept.length >= 12
    })
    const late = await RawBroker.start(port)
    await connected(link, clock)
    await link[Symbol.asyncDispose]()
    await late[Symbol.asyncDispose]()
  })

  it('waits ever longer, up to five minutes, by chance', async () => {
    open({ url: 'mqtt://127.0.0.1:1', entropy: { random: () => 0, bytes: () => new Uint8Array() } })
    await eventually(async () => {
      await clock.advance(300_000)
      return clock.slept.length >= 11
    })
    const expected = [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map((seconds) => seconds * 1_000)
    expect(clock.slept.slice(0, 11)).toEqual(expected)
  })

  it.each([1, 2, 3, 4, 5])('goes on trying when the broker answers with code %d', async (code) => {
    broker.behave = (packet, connection) => {
      if (packet.cmd === 'connect') {
        connection.send({ cmd: 'connack', returnCode: code, sessionPresent: false })
      }
    }
    open()
    await failTimes(3)
    expect(link.online).toBe(false)
    const least = code === 4 || code === 5 ? 60_000 : 0
    expect(clock.slept.length).toBeGreaterThanOrEqual(2)
    for (const pause of clock.slept) expect(pause).toBeGreaterThanOrEqual(least)
    broker.behave = polite
    await connected(link, clock)
  })

  it('gives up waiting for an answer that does not come, and tries again', async () => {
    broker.behave = () => undefined
    open({ connectTimeout: Ms(30) })
    await failTimes(3)
    broker.behave = polite
    await connected(link, clock)
  })

  it.each([
    ['text', 'HTTP/1.1 503 Service Unavailable\r\n\r\n'],
    ['zeros', '\0'.repeat(100)],
    ['an answer without end', '\u0020\u007f\u007f'],
  ])('goes on trying when what answers speaks %s', async (_what, bytes) => {
    broker.behave = (_packet, { socket }) => void socket.end(bytes, 'latin1')
    open({ connectTimeout: Ms(100) })
    await failTimes(2)
    expect(link.online).toBe(false)
    broker.behave = polite
    await connected(link, clock)
  })

  it('asks for a fresh password each time, and survives that there is none', async () => {
    let asked = 0
    const password = () =>
      ++asked < 3 ? Promise.reject(new Error('no key')) : Promise.resolve(`password ${asked}`)
    open({ password })
    await connected(link, clock)
    broker.connections[0]!.socket.destroy()
    await eventually(() => !link.online)
    await connected(link, clock)
    const passwords = broker.packets.flatMap((packet) =>
      packet.cmd === 'connect' ? [String(packet.password)] : [],
    )
    expect(passwords).toEqual(['password 3', 'password 4'])
  })
})

describe('a link that loses its connection', () => {
  it('does not come back at once, for it is not the only one', async () => {
    open()
    await connected(link, clock)
    clock.slept.length = 0
    broker.connections[0]!.socket.destroy()
    await eventually(() => clock.slept.length > 0, 'a pause')
    expect(tries()).toBe(1)
    await connected(link, clock)
  })

  it('backs off from a broker that takes it in and throws it out again', async () => {
    broker.behave = (packet, connection) => {
      polite(packet, connection)
      setImmediate(() => connection.socket.destroy())
    }
    open({ entropy: { random: () => 0, bytes: () => new Uint8Array() } })
    await failTimes(5)
    await eventually(() => clock.slept.length >= 5)
    expect(clock.slept.slice(0, 5)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000])
  })

  it('begins again with short pauses when the connection had lasted', async () => {
    open({ entropy: { random: () => 0, bytes: () => new Uint8Array() } })
    for (let i = 0; i < 3; i++) {
      await connected(link, clock)
      await clock.advance(120_000)
      broker.connections.at(-1)!.socket.destroy()
      await eventually(() => !link.online)
      await eventually(() => clock.slept.length > i)
    }
    expect(clock.slept).toEqual([1_000, 1_000, 1_000])
  })

  it('tells each change once', async () => {
    const changes: boolean[] = []
    open().onOnline((online) => changes.push(online))
    await connected(link, clock)
    broker.connections[0]!.socket.destroy()
    await eventually(() => !link.online)
    await connected(link, clock)
    expect(changes).toEqual([true, false, true])
  })
})

describe('a link that is closed', () => {
  it('says goodbye', async () => {
    open()
    await connected(link, clock)
    await link[Symbol.asyncDispose]()
    await eventually(() => broker.packets.some(({ cmd }) => cmd === 'disconnect'))
    expect(link.online).toBe(false)
    expect(tries()).toBe(1)
  })

  it.each(['before an answer', 'in a pause', 'with a publish that nobody acknowledges'])(
    '%s, ends',
    async (when) => {
      broker.behave = (packet, connection) => {
        if (when === 'in a pause') connection.socket.destroy()
        else if (packet.cmd !== 'publish' && when !== 'before an answer') polite(packet, connection)
      }
      open()
      await eventually(() => tries() > 0)
      if (when === 'in a pause') await eventually(() => clock.sleeping > 0)
      if (when.startsWith('with')) {
        await connected(link, clock)
        link.publish(topics.presence('d-1'), { v: 1, state: 'online' }).catch(() => undefined)
        await eventually(() => broker.packets.some(({ cmd }) => cmd === 'publish'))
      }
      const ended = link[Symbol.asyncDispose]()
      await clock.advance(10_000)
      await ended
      expect(link.online).toBe(false)
    },
  )

  it('while its password is still made, makes no connection', async () => {
    const password = deferred<string>()
    open({ password: () => password.promise })
    const ended = link[Symbol.asyncDispose]()
    password.resolve('late')
    await ended
    await settle()
    expect(tries()).toBe(0)
  })
})
