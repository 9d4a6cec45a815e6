import { once } from 'node:events'
import type { Socket } from 'node:net'
import { topicMap } from '@kedge/shared/protocol/topic-map'
import { topics } from '@kedge/shared/protocol/topics'
import type { MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { connectDevice } from '../integration/broker/broker-house.js'
import { joinDevice, passwordOf, type JoinedDevice } from '../support/joined-device.js'
import { connectBytes, publishBytes, subscribeBytes } from '../support/mqtt-bytes.js'
import { isClosed, openSocket, pour } from '../support/raw-socket.js'
import { frame, openRawWebSocket, payloadOf } from '../support/raw-web-socket.js'
import { forgetPeak, procMissing, residentMemory } from '../support/resident-memory.js'
import { ServerProcess } from '../support/server-process.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const MiB = 1024 * 1024
const GiB = 1024 * MiB

/** Fixed headers that promise 256 MB less one byte, the most that MQTT can (3.1.1, section 2.2.3). */
const endless = (type: 'CONNECT' | 'PUBLISH') =>
  Buffer.from([type === 'CONNECT' ? 0x10 : 0x30, 0xff, 0xff, 0xff, 0x7f])
const connack = [0x20, 2, 0, 0]
const drop = Buffer.alloc(64 * 1024, 0x61)
const publishOf = (topic: string) => publishBytes(topic, Buffer.alloc(1))
const levels = 'a/'.repeat(100) + 'a'
const chunk = (i: number) => topics.blob(i.toString(16).padStart(64, '0')).path
/** SUBSCRIBE packets of so many filters each, 100,000 in all. */
const subscriptions = (each: number) =>
  Array.from({ length: 100_000 / each }, (_, n) =>
    subscribeBytes(Array.from({ length: each }, (_, i) => chunk(n * each + i))),
  )

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: ServerProcess
let attacker: JoinedDevice
let bystander: { readonly device: string; readonly client: MqttClient }

async function start(): Promise<void> {
  folder = await temporaryFolder()
  server = await ServerProcess.start(folder.path, undefined, '--log-level', 'silent')
  attacker = await joinDevice(server.access)
  const other = await joinDevice(server.access)
  const { device } = other.enrolment
  const url = `mqtt://127.0.0.1:${server.ports.mqttPort}`
  const client = await connectDevice(url, device, { password: await passwordOf(other) })
  bystander = { device, client }
  // What a server needs to be at work at all is not an attack's doing.
  for (let i = 0; i < 500; i++) await serve()
}

/** The other device says something, and it is stored before it is acknowledged. */
async function serve(): Promise<void> {
  const { client, device } = bystander
  const online = Buffer.from(topicMap.presence.codec.encode({ v: 1, state: 'online' }))
  await client.publishAsync(topics.presence(device).path, online, { qos: 1 })
}

/** How often the broker has refused something, by reason. */
async function refusals(): Promise<Record<string, number>> {
  const text = await (await fetch(`${server.access.url}/metrics`)).text()
  const lines = text.matchAll(/^kedge_broker_refused_total\{reason="(.+)"\} (\d+)$/gm)
  return Object.fromEntries(
    [...lines].map(([, reason = '', count]) => [reason, Number(count)] as const),
  )
}

const hello = async () => connectBytes(attacker.enrolment.device, await passwordOf(attacker))

/** The connection of a device that has heard that it may stay. */
async function enter(manner?: 'stubborn'): Promise<Socket> {
  const socket = await openSocket(server.ports.mqttPort, manner)
  socket.write(await hello())
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect([...answer]).toEqual(connack)
  return socket.resume()
}

/**
 * What an attack makes of the server's memory while the other device goes on.
 *
 * @returns how often something was refused since it began, by reason
 */
async function survive(what: string, attack: () => Promise<void>) {
  const { pid } = server
  const before = await refusals()
  const { now: resident } = await residentMemory(pid)
  await forgetPeak(pid)
  let isOver = false
  let served = 0
  const serveOn = async () => {
    for (; !isOver; served++) await serve()
  }
  await Promise.all([attack().finally(() => (isOver = true)), serveOn()])
  await serve()
  const { now, peak } = await residentMemory(pid)
  const grown = (bytes: number) => ((bytes - resident) / MiB).toFixed(1)
  console.info(`${what}: RSS grew by ${grown(peak)} MiB, then ${grown(now)}; served ${served}`)
  expect(peak - resident).toBeLessThan(32 * MiB)
  expect(served).toBeGreaterThan(0)
  return async () => {
    const counts = Object.entries(await refusals()).map(([reason, count]) => [
      reason,
      count - (before[reason] ?? 0),
    ])
    return Object.fromEntries(counts.filter(([, count]) => count !== 0)) as Record<string, number>
  }
}

/** Promises a packet and goes on with it until it is cut off, before it has sent `limit`. */
async function pourPacket(socket: Socket, type: 'CONNECT' | 'PUBLISH', limit: number) {
  socket.write(endless(type))
  expect(await pour(socket, drop, limit)).toBeLessThan(limit)
  await isClosed(socket)
}

/** One message of a WebSocket in fragments, until it is cut off. */
async function pourFragments(socket: Socket) {
  socket.write(frame(drop, 'first'))
  expect(await pour(socket, frame(drop, 'next'), GiB)).toBeLessThan(GiB)
  await isClosed(socket)
}

describe.skipIf(procMissing)(`memory of the server ${procMissing ?? ''}`, () => {
  beforeAll(start)
  afterAll(async () => {
    bystander.client.end(true)
    await server[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })

  it('is not for 100 strangers whose CONNECT of 256 MB never ends', async () => {
    const refused = await survive('100 CONNECT of 256 MB', async () => {
      const attempt = async () => {
        const socket = await openSocket(server.ports.mqttPort, 'stubborn')
        await pourPacket(socket.resume(), 'CONNECT', 256 * MiB)
      }
      await Promise.all(Array.from({ length: 100 }, attempt))
    })
    await vi.waitFor(async () => expect(await refused()).toEqual({ 'packet-size': 100 }))
  })

  it('is not for a device whose PUBLISH goes on for 1 GiB', async () => {
    const refused = await survive('PUBLISH of 1 GiB', async () => {
      await pourPacket(await enter('stubborn'), 'PUBLISH', GiB)
    })
    await vi.waitFor(async () => expect(await refused()).toEqual({ 'packet-size': 1 }))
  })

  it.each([
    ['a topic of 65,535 bytes', () => [publishOf('t'.repeat(65_535))], { 'foreign-topic': 1 }],
    ['a topic of 101 levels', () => [publishOf(levels)], { malformed: 1 }],
    ['a filter of 101 levels', () => [subscribeBytes([levels])], { malformed: 1 }],
    ['100,000 subscriptions in one packet', () => subscriptions(100_000), { 'packet-size': 1 }],
    // Ended at the 101st that is more than it may have.
    [
      '100,000 subscriptions in packets of 500',
      () => subscriptions(500),
      { 'subscription-limit': 101 },
    ],
  ])('is not for a device that sends %s', async (what, packets, reasons) => {
    const bytes = packets()
    const refused = await survive(what, async () => {
      const socket = await enter()
      for (const one of bytes) socket.write(one)
      await isClosed(socket)
    })
    await vi.waitFor(async () => expect(await refused()).toEqual(reasons))
  })

  it('is not for a stranger who comes by WebSocket, with fragments without end', async () => {
    const refused = await survive('fragments of a stranger', async () => {
      await pourFragments((await openRawWebSocket(server.ports.port)).resume())
    })
    await vi.waitFor(async () => expect(await refused()).toEqual({ 'packet-size': 1 }))
  })

  it('is not for a device that comes by WebSocket, with fragments without end', async () => {
    const refused = await survive('fragments of a device', async () => {
      const socket = await openRawWebSocket(server.ports.port)
      let heard = Buffer.alloc(0)
      socket.on('data', (part) => (heard = Buffer.concat([heard, part])))
      socket.write(frame(await hello(), 'whole'))
      await vi.waitFor(() => expect([...payloadOf(heard)]).toEqual(connack))
      await pourFragments(socket)
    })
    await vi.waitFor(async () => expect(await refused()).toEqual({ 'packet-size': 1 }))
  })
})
