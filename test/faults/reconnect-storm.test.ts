import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { topics } from '@kedge/shared/protocol/topics'
import { systemEntropy } from '@kedge/shared/util/entropy'
import { retrySchedule } from '@kedge/shared/util/retry-schedule'
import { Ms, Seconds } from '@kedge/shared/util/units'
import { parser, type Packet } from 'mqtt-packet'
import { expect, it } from 'vitest'
import { openBrokerHouse, password } from '../integration/broker/broker-house.js'
import { connectBytes, subscribeBytes } from '../support/mqtt-bytes.js'

const count = 1_000
const backoff = { first: Ms(100), factor: 2, cap: Seconds(2), jitter: 1 }

/** The packets of the broker as they come; ends with the connection. */
async function* answersOf(socket: Socket): AsyncGenerator<Packet> {
  const reader = parser()
  const packets: Packet[] = []
  reader.on('packet', (packet) => packets.push(packet))
  try {
    for await (const bytes of socket) {
      reader.parse(bytes as Buffer)
      yield* packets.splice(0)
    }
  } catch {
    // Refused or cut: the next attempt follows.
  }
}

/** One attempt. @returns the connection, once it is authenticated and subscribed */
async function join(port: number, device: string): Promise<Socket | undefined> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(connectBytes(device, password))
  const answers = answersOf(socket)
  const connack = (await answers.next()).value as Packet | undefined
  if (connack?.cmd !== 'connack' || connack.returnCode !== 0) return undefined
  socket.write(subscribeBytes([topics.desired(device).path, topics.ack(device).path]))
  const suback = (await answers.next()).value as Packet | undefined
  return suback?.cmd === 'suback' && suback.granted.every((qos) => qos === 0) ? socket : undefined
}

/** Comes back as a device does: with jitter, and never giving up. */
async function comeBack(port: number, device: string): Promise<Socket> {
  for (const delay of retrySchedule(backoff, systemEntropy)) {
    const socket = await join(port, device)
    if (socket) return socket
    await pause(delay)
  }
  throw new Error('the schedule has no end')
}

it(`${count} devices that come back at once are all authenticated and subscribed`, async () => {
  const authenticator = {
    // So slowly that a line forms.
    authenticate: () => pause(100).then(() => true),
  }
  const options = { authenticator, limits: { authenticating: 40 } }
  const devices = Array.from({ length: count }, (_, i) => `d-${i}`)
  const comeTo = (port: number) => Promise.all(devices.map((device) => comeBack(port, device)))
  let port: number
  let lost: Socket[]
  {
    await using house = await openBrokerHouse(options)
    port = house.broker.port
    lost = await comeTo(port)
    expect(house.metrics.open).toBe(count)
  }
  await Promise.all(lost.map(async (socket) => socket.closed || (await once(socket, 'close'))))
  await using house = await openBrokerHouse({ ...options, port })
  const back = await comeTo(port)
  expect(house.metrics.open).toBe(count)
  // Some were told to come later, with return code 3.
  expect(house.metrics.refusals.busy).toBeGreaterThan(0)
  for (const socket of back) socket.destroy()
}, 120_000)
