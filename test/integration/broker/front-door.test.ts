import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { topicMap } from '@kedge/shared/protocol/topic-map'
import { topics } from '@kedge/shared/protocol/topics'
import { deferred } from '@kedge/shared/util/deferred'
import { Ms } from '@kedge/shared/util/units'
import { describe, expect, it, vi } from 'vitest'
import { defaultLimits } from '../../../fleet-server/src/broker/door-limits.js'
import { duplexPair, type PairEnd } from '../../support/duplex-pair.js'
import { connectBytes, publishBytes, subscribeBytes } from '../../support/mqtt-bytes.js'
import { connectDevice, openBrokerHouse, password } from './broker-house.js'

type House = Awaited<ReturnType<typeof openBrokerHouse>>

const KiB = 1024
const MiB = KiB * KiB

/** A connection without a socket; `broker` is the broker's end of it. */
function arrive(house: House, ...bytes: Buffer[]): { device: PairEnd; broker: PairEnd } {
  const [device, broker] = duplexPair()
  house.broker.accept(broker, '192.0.2.1')
  device.resume()
  for (const one of bytes) device.write(one)
  return { device, broker }
}

/** A device that has heard that it is connected. */
async function visit(house: House, device: string) {
  const pair = arrive(house, connectBytes(device, password))
  await once(pair.device, 'data')
  return pair
}

const filtersOf = (count: number) => subscribeBytes(Array.from({ length: count }, (_, i) => `${i}`))

describe('memory behind the door', () => {
  it('is 4 KiB for each stranger that does not end a packet it may send', async () => {
    await using house = await openBrokerHouse()
    const longest = Buffer.concat([Buffer.from([0x10, 0x80, 0x20]), Buffer.alloc(4_095)])
    const all = Array.from({ length: 100 }, () => arrive(house, longest))
    await vi.waitFor(() => expect(all.every(({ broker }) => broker.received === 4_098)).toBe(true))
    expect(house.metrics.open).toBe(100)
    for (const { device } of all) device.destroy()
  })

  it('is bounded for a device that asks for 18,000 topics that are not for it', async () => {
    await using house = await openBrokerHouse()
    const before = process.memoryUsage().arrayBuffers
    const { device, broker } = await visit(house, 'd-1')
    for (const count of [9_000, 9_000]) device.write(filtersOf(count))
    await vi.waitFor(() => expect(device.destroyed).toBe(true))
    expect(broker.received).toBeLessThan(MiB)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * MiB)
    await vi.waitFor(() => expect(house.metrics.open).toBe(0))
    expect(house.metrics.refusals).toEqual({ subscription: 101 })
  })
})

describe('who comes in', () => {
  it('is a limited number of strangers, of one address, and at a time', async () => {
    const arrivals = { perSecond: 0.001, burst: 4 }
    await using house = await openBrokerHouse({ limits: { strangers: 2, perAddress: 3, arrivals } })
    const first = await house.connect('d-1')
    for (let i = 0; i < 3; i++) arrive(house)
    await vi.waitFor(() => expect(house.metrics.refusals).toEqual({ 'stranger-limit': 1 }))
    const fast = Array.from({ length: 4 }, () => connectTcp(house.broker.port, '127.0.0.1'))
    for (const socket of fast) socket.on('error', () => undefined)
    await Promise.all(fast.map((socket) => once(socket, 'close')))
    expect(first.connected).toBe(true)
    expect(house.metrics.refusals).toEqual({ 'stranger-limit': 5 })
  })

  it('is told to come later while too many are being authenticated', async () => {
    const gate = deferred<boolean>()
    const authenticator = { authenticate: () => gate.promise }
    await using house = await openBrokerHouse({ authenticator, limits: { authenticating: 2 } })
    const waiting = ['d-1', 'd-2'].map((device) => house.connect(device))
    await vi.waitFor(() => expect(house.metrics.open).toBe(2))
    await expect(connectDevice(house.url, 'd-3')).rejects.toMatchObject({ code: 3 })
    await vi.waitFor(() => expect(house.metrics.refusals).toEqual({ busy: 1 }))
    gate.resolve(true)
    for (const client of await Promise.all(waiting)) expect(client.connected).toBe(true)
  })

  it('is nobody whose device was dismissed in the middle of it', async () => {
    const gate = deferred<boolean>()
    await using house = await openBrokerHouse({
      authenticator: { authenticate: () => gate.promise },
    })
    const attempt = connectDevice(house.url, 'd-1')
    attempt.catch(() => undefined)
    await vi.waitFor(() => expect(house.metrics.open).toBe(1))
    await turn()
    await house.broker.disconnect('d-1')
    gate.resolve(true)
    await expect(attempt).rejects.toThrow()
    await vi.waitFor(() => expect(house.metrics.open).toBe(0))
  })

  it('does not take over a session by its name alone', async () => {
    await using house = await openBrokerHouse()
    const device = await house.connect('d-1')
    const thief = connectDevice(house.url, 'd-1', { password: 'of another key' })
    await expect(thief).rejects.toMatchObject({ code: 4 })
    await device.publishAsync(topics.presence('d-1').path, '{}', { qos: 1 })
    expect(device.connected).toBe(true)
  })
})

describe('a device that floods', () => {
  const limits = { work: { perSecond: 20_000, burst: 20_000 }, floodPatience: Ms(400) }
  const message = publishBytes(topics.telemetry('d-flood').path, Buffer.of(0xff))
  const flood = Buffer.concat(Array.from({ length: 400 }, () => message))
  const cost = 50

  it('is made to wait, then let go, while others are served', async () => {
    await using house = await openBrokerHouse({ limits })
    const { device } = await visit(house, 'd-flood')
    const start = performance.now()
    const flooding = (async () => {
      while (!device.destroyed) {
        if (!device.write(flood)) await Promise.race([once(device, 'drain'), once(device, 'close')])
      }
    })()
    const online = Buffer.from(topicMap.presence.codec.encode({ v: 1, state: 'online' }))
    const others = await Promise.all(['d-1', 'd-2', 'd-3'].map((id) => house.connect(id)))
    let served = 0
    while (!device.destroyed) {
      for (const [i, other] of others.entries()) {
        await other.publishAsync(topics.presence(`d-${i + 1}`).path, online, { qos: 1 })
        served += 1
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await flooding
    expect(house.metrics.refusals).toEqual({ flood: 1 })
    expect(house.metrics.throttles).toBeGreaterThan(0)
    expect(house.messages.presences).toHaveLength(served)
    // What was taken of it is what it may cause, and what one read brought beyond that.
    const seconds = (performance.now() - start) / 1_000
    const may = (limits.work.burst + seconds * limits.work.perSecond) / cost
    const oneRead = (2 * 64 * KiB) / message.length
    expect(house.messages.malformedPaths.length).toBeLessThan(may + oneRead)
    expect(others.every(({ connected }) => connected)).toBe(true)
  })

  it('keeps its debt when it connects again', async () => {
    await using house = await openBrokerHouse({ limits: { ...limits, floodPatience: Ms(1) } })
    const { device } = await visit(house, 'd-flood')
    for (let i = 0; i < 4; i++) device.write(flood)
    await vi.waitFor(() => expect(device.destroyed).toBe(true), 10_000)
    const before = house.metrics.throttles
    const again = await visit(house, 'd-flood')
    again.device.write(message)
    await vi.waitFor(() => expect(house.metrics.throttles).toBe(before + 1), 10_000)
  })

  it('may send what gathers in a night without a connection', () => {
    expect(defaultLimits.work.burst / cost).toBeGreaterThanOrEqual(4_000)
  })
})
