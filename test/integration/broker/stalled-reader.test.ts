import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { topics } from '@kedge/shared/protocol/topics'
import { generate } from 'mqtt-packet'
import { describe, expect, it, vi } from 'vitest'
import { fetchChunks, openBrokerHouse, password } from './broker-house.js'

type House = Awaited<ReturnType<typeof openBrokerHouse>>

/** A connected device that is nothing but a socket. */
async function openDevice(house: House, device: string): Promise<Socket> {
  const socket = connect(house.broker.port, '127.0.0.1').on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(
    generate({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clientId: device,
      username: device,
      password: Buffer.from(password),
      keepalive: 0,
      clean: true,
    }),
  )
  await once(socket, 'data')
  return socket
}

/** A device that asks for all of `hashes` and reads nothing from then on. */
async function stall(house: House, device: string, hashes: readonly string[]): Promise<Socket> {
  const socket = await openDevice(house, device)
  socket.pause()
  const subscriptions = hashes.map((hash) => ({ topic: topics.blob(hash).path, qos: 0 as const }))
  socket.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions }))
  return socket
}

/** `count` messages that no schema accepts, from one device. */
function nonsense(device: string, count: number): Buffer {
  const message = generate({
    cmd: 'publish',
    topic: topics.telemetry(device).path,
    payload: Buffer.of(0xff),
    qos: 0,
    dup: false,
    retain: false,
  })
  return Buffer.concat(Array.from({ length: count }, () => message))
}

/** Seconds in which ten devices fetch all chunks, 32 at a time. */
async function fetchByTen(house: House, hashes: readonly string[]): Promise<number> {
  const devices = await Promise.all(Array.from({ length: 10 }, (_, i) => house.connect(`d-${i}`)))
  const start = performance.now()
  await Promise.all(
    devices.map(async (device) => {
      for (let i = 0; i < hashes.length; i += 32) {
        await fetchChunks(device, hashes.slice(i, i + 32))
      }
    }),
  )
  const seconds = (performance.now() - start) / 1000
  await Promise.all(devices.map((device) => device.endAsync(true)))
  return seconds
}

describe('a device that never reads', () => {
  it('holds up no other device', async () => {
    await using house = await openBrokerHouse()
    const hashes = await house.source.putMany(128, 64 * 1024)
    await fetchByTen(house, hashes)
    const without = await fetchByTen(house, hashes)
    const stalled = await stall(house, 'd-stalled', hashes)
    const beside = await fetchByTen(house, hashes)
    // The goal is 1.3, which `npm run bench -- G7` measures; here a busy machine may not fail it.
    expect(beside).toBeLessThan(Math.max(3 * without, 5))
    stalled.destroy()
  })

  it('does not end the broker when 200,000 messages come beside it', async () => {
    await using house = await openBrokerHouse()
    const hashes = await house.source.putMany(128, 64 * 1024)
    const stalled = await stall(house, 'd-stalled', hashes)
    const ids = Array.from({ length: 50 }, (_, i) => `d-${i}`)
    const sockets = await Promise.all(ids.map((id) => openDevice(house, id)))
    sockets.forEach((socket, i) => socket.write(nonsense(`d-${i}`, 4_000)))
    await vi.waitFor(() => expect(house.messages.malformedPaths).toHaveLength(200_000), 110_000)
    stalled.destroy()
    for (const socket of sockets) socket.destroy()
    expect((await fetchChunks(await house.connect('d-51'), hashes)).size).toBe(128)
  }, 120_000)

  it('is let go when it does not take its own desired states', async () => {
    await using house = await openBrokerHouse()
    const stalled = await stall(house, 'd-stalled', await house.source.putMany(128, 64 * 1024))
    stalled.write(
      generate({
        cmd: 'subscribe',
        messageId: 2,
        subscriptions: [{ topic: topics.desired('d-stalled').path, qos: 1 }],
      }),
    )
    await new Promise((resolve) => setTimeout(resolve, 200))
    const envelope = { payloadType: 'x', payload: 'A'.repeat(60_000), signatures: [] }
    for (let i = 0; i < 40 && house.metrics.open > 0; i++) {
      await house.broker.publish(topics.desired('d-stalled'), envelope)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await vi.waitFor(() => expect(house.metrics.refusals).toEqual({ stalled: 1 }))
    stalled.destroy()
  })
})
