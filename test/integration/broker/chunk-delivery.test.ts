import { randomBytes } from 'node:crypto'
import { unlink } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { topics } from '@kedge/shared/protocol/topics'
import { Bytes } from '@kedge/shared/util/units'
import type { IPublishPacket } from 'mqtt'
import { describe, expect, it, vi } from 'vitest'
import { connectDevice, fetchChunks, openBrokerHouse, sha256 } from './broker-house.js'

const length = 64 * 1024

describe('chunks from the embedded broker', () => {
  it('come from the store as retained QoS 0 messages with the bytes their topic names', async () => {
    await using house = await openBrokerHouse({ cacheBytes: Bytes(0) })
    const hashes = await house.source.putMany(32, length)
    const client = await house.connect('d-1')
    const packets: IPublishPacket[] = []
    client.on('packetreceive', (packet) => {
      if (packet.cmd === 'publish') packets.push(packet)
    })
    const chunks = await fetchChunks(client, hashes)
    for (const hash of hashes) expect(sha256(chunks.get(hash) as Buffer)).toBe(hash)
    expect(packets.every(({ qos, retain }) => qos === 0 && retain)).toBe(true)
    expect(house.metrics).toMatchObject({ chunks: 32, publishes: 0 })
  })

  it('come again when a device subscribes again', async () => {
    await using house = await openBrokerHouse()
    const hashes = await house.source.putMany(1, length)
    const client = await house.connect('d-1')
    await fetchChunks(client, hashes)
    expect((await fetchChunks(client, hashes)).size).toBe(1)
  })

  it('come to a device that asked before they were stored', async () => {
    await using house = await openBrokerHouse()
    const bytes = randomBytes(length)
    const client = await house.connect('d-1')
    const waiting = fetchChunks(client, [sha256(bytes)])
    await vi.waitFor(() => expect(client.messageIdProvider.getLastAllocated()).toBeGreaterThan(0))
    await new Promise((resolve) => setTimeout(resolve, 50))
    await house.source.put(bytes)
    await house.broker.publish(topics.blob(sha256(bytes)), bytes)
    expect((await waiting).size).toBe(1)
  })

  it('are read from disk twice for a hundred devices', async () => {
    await using house = await openBrokerHouse()
    const hashes = await house.source.putMany(8, length)
    await fetchChunks(await house.connect('d-0'), hashes)
    await fetchChunks(await house.connect('d-101'), hashes)
    for (const hash of hashes) await unlink(path.join(house.source.folder, hash))
    const others = Array.from({ length: 100 }, async (_, i) => {
      return fetchChunks(await house.connect(`d-${i + 1}`), hashes)
    })
    for (const chunks of await Promise.all(others)) expect(chunks.size).toBe(8)
  })

  it('arrive over WebSocket too', async () => {
    await using house = await openBrokerHouse()
    const hashes = await house.source.putMany(32, length)
    const http = createServer().on('upgrade', (...upgrade) => {
      house.broker.handleWebSocket(...upgrade)
    })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    const { port } = http.address() as AddressInfo
    const client = await connectDevice(`ws://127.0.0.1:${port}/mqtt`, 'b-1')
    const chunks = await fetchChunks(client, hashes)
    for (const hash of hashes) expect(sha256(chunks.get(hash) as Buffer)).toBe(hash)
    await client.endAsync(true)
    http.close()
  })
})

describe('desired states from the embedded broker', () => {
  const envelope = { payloadType: 'application/json', payload: 'e30=', signatures: [] }
  const next = { ...envelope, payload: 'e31=' }

  it('come from the database on subscribing, and as they are published from then on', async () => {
    await using house = await openBrokerHouse()
    house.source.desiredStates.set('d-1', envelope)
    const client = await house.connect('d-1')
    const received: { qos: number; retain: boolean; document: unknown }[] = []
    client.on('message', (_path, payload, { qos, retain }) =>
      received.push({ qos, retain, document: JSON.parse(payload.toString()) }),
    )
    await client.subscribeAsync(topics.desired('d-1').path, { qos: 1 })
    await vi.waitFor(() => expect(received).toHaveLength(1))
    await house.broker.publish(topics.desired('d-1'), next)
    await vi.waitFor(() => expect(received).toHaveLength(2))
    expect(received).toEqual([
      { qos: 1, retain: true, document: envelope },
      { qos: 1, retain: false, document: next },
    ])
  })

  it('reach no other device', async () => {
    await using house = await openBrokerHouse()
    const other = await house.connect('d-2')
    let messages = 0
    other.on('message', () => (messages += 1))
    await other.subscribeAsync(topics.desired('d-2').path)
    await house.broker.publish(topics.desired('d-1'), next)
    await house.broker.publish(topics.ack('d-1'), { v: 1, stream: '0'.repeat(16), upTo: 1 })
    await other.subscribeAsync(topics.ack('d-2').path)
    expect(messages).toBe(0)
  })

  it('are followed by a new connection when the server ends the old one', async () => {
    await using house = await openBrokerHouse()
    const client = await house.connect('d-1')
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
    await house.broker.disconnect('d-1')
    await closed
    expect(house.metrics.open).toBe(0)
  })
})
