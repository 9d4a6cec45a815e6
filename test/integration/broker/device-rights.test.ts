import { topicMap } from '@kedge/shared/protocol/topic-map'
import { serverFilters, topics } from '@kedge/shared/protocol/topics'
import { deferred } from '@kedge/shared/util/deferred'
import type { MqttClient } from 'mqtt'
import { describe, expect, it, vi } from 'vitest'
import { connectDevice, openBrokerHouse, reportedOf } from './broker-house.js'

const grantOf = (client: MqttClient, filter: string) =>
  new Promise<number | undefined>((resolve) => {
    client.subscribe(filter, { qos: 1 }, (_error, _granted, packet) =>
      resolve(packet?.granted[0] as number | undefined),
    )
  })

const closed = (client: MqttClient) =>
  new Promise<void>((resolve) => {
    client.on('error', () => undefined).once('close', () => resolve())
  })

describe('who may connect', () => {
  it('refuses a wrong password with CONNACK 4 and counts it', async () => {
    await using house = await openBrokerHouse()
    const attempt = connectDevice(house.url, 'd-1', { password: 'wrong' })
    await expect(attempt).rejects.toMatchObject({ code: 4 })
    await vi.waitFor(() => expect(house.metrics.refusals).toEqual({ credentials: 1 }))
  })

  it('refuses a client id that is not the user name with CONNACK 2', async () => {
    await using house = await openBrokerHouse()
    const attempt = connectDevice(house.url, 'd-1', { clientId: 'd-2' })
    await expect(attempt).rejects.toMatchObject({ code: 2 })
    await vi.waitFor(() => expect(house.metrics.refusals).toEqual({ identity: 1 }))
  })

  it('asks for another time with CONNACK 3 when the authenticator fails', async () => {
    const authenticator = { authenticate: () => Promise.reject(new Error('no database')) }
    await using house = await openBrokerHouse({ authenticator })
    await expect(connectDevice(house.url, 'd-1')).rejects.toMatchObject({ code: 3 })
  })

  it('refuses a will on the topic of another device', async () => {
    await using house = await openBrokerHouse()
    const will = { topic: topics.presence('d-2').path, payload: Buffer.from('{}'), qos: 1 as const }
    await expect(connectDevice(house.url, 'd-1', { will })).rejects.toMatchObject({ code: 5 })
    await vi.waitFor(() => expect(house.metrics.refusals).toEqual({ 'foreign-topic': 1 }))
  })

  it('closes what exceeds the connection limit', async () => {
    await using house = await openBrokerHouse({ limits: { connections: 1 } })
    await house.connect('d-1')
    await expect(connectDevice(house.url, 'd-2')).rejects.toThrow()
    await vi.waitFor(() => expect(house.metrics.refusals).toEqual({ 'connection-limit': 1 }))
  })

  it('lets the newer connection of a device take the place of the older', async () => {
    await using house = await openBrokerHouse()
    const will = {
      topic: topics.presence('d-1').path,
      payload: Buffer.from(topicMap.presence.codec.encode({ v: 1, state: 'offline' })),
      qos: 1 as const,
      retain: true,
    }
    const older = await house.connect('d-1', { will })
    const gone = closed(older)
    const newer = await house.connect('d-1', { will })
    await gone
    const online = topicMap.presence.codec.encode({ v: 1, state: 'online' })
    await newer.publishAsync(topics.presence('d-1').path, Buffer.from(online), { qos: 1 })
    expect(house.messages.presences).toEqual([
      ['d-1', 'offline'],
      ['d-1', 'online'],
    ])
    expect(house.metrics.open).toBe(1)
  })
})

describe('what a device may listen to', () => {
  it('is its own desired state and acknowledgements, and chunks', async () => {
    await using house = await openBrokerHouse()
    const client = await house.connect('d-1')
    for (const { path } of [
      topics.desired('d-1'),
      topics.ack('d-1'),
      topics.blob('0'.repeat(64)),
    ]) {
      expect(await grantOf(client, path)).toBe(1)
    }
  })

  it.each([
    '#',
    'kedge/#',
    'kedge/1/blob/+',
    'kedge/1/blob/#',
    'kedge/1/d/+/desired',
    '$SYS/#',
    '+/+/+/+',
    topics.desired('d-2').path,
    topics.reported('d-1').path,
    topics.blob('zz').path,
    ...serverFilters,
  ])('is not %s', async (filter) => {
    await using house = await openBrokerHouse()
    const client = await house.connect('d-1')
    expect(await grantOf(client, filter)).toBe(0x80)
    await vi.waitFor(() => expect(house.metrics.refusals).toEqual({ subscription: 1 }))
    expect(client.connected).toBe(true)
  })

  it('is at most 512 topics at a time', async () => {
    await using house = await openBrokerHouse()
    const client = await house.connect('d-1')
    const filters = Array.from({ length: 600 }, (_, i) => {
      return topics.blob(i.toString(16).padStart(64, '0')).path
    })
    for (let i = 0; i < filters.length; i += 100) {
      await client.subscribeAsync(filters.slice(i, i + 100)).catch(() => undefined)
    }
    await vi.waitFor(() => expect(house.metrics.refusals).toEqual({ 'subscription-limit': 88 }))
  })
})

describe('what a device may publish', () => {
  const reported = (device: string) =>
    Buffer.from(topicMap.reported.codec.encode(reportedOf(device)))

  it('reaches the features before it is acknowledged', async () => {
    await using house = await openBrokerHouse()
    const client = await house.connect('d-1')
    const gate = deferred<void>()
    house.messages.gate = gate.promise
    let acknowledged = false
    const publishing = client
      .publishAsync(topics.reported('d-1').path, reported('d-1'), { qos: 1, retain: true })
      .then(() => (acknowledged = true))
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(acknowledged).toBe(false)
    gate.resolve()
    await publishing
    expect(house.messages.reports).toEqual([['d-1', reportedOf('d-1')]])
  })

  it('is not acknowledged when the features cannot take it', async () => {
    await using house = await openBrokerHouse()
    const client = await house.connect('d-1')
    house.messages.gate = Promise.reject(new Error('the disk is full'))
    house.messages.gate.catch(() => undefined)
    client.publish(topics.reported('d-1').path, reported('d-1'), { qos: 1 })
    await closed(client)
    await vi.waitFor(() => expect(house.metrics.refusals).toEqual({ 'not-taken': 1 }))
  })

  it('is told to the features as malformed when no schema accepts it, and acknowledged', async () => {
    await using house = await openBrokerHouse()
    const client = await house.connect('d-1')
    for (const kind of ['reported', 'presence', 'telemetry'] as const) {
      await client.publishAsync(topics[kind]('d-1').path, Buffer.from('nonsense'), { qos: 1 })
    }
    expect(house.messages.malformedPaths).toHaveLength(3)
  })

  it.each([
    ['on the topic of another', topics.reported('d-2').path, 10, false, 'foreign-topic'],
    ['on its own desired state', topics.desired('d-1').path, 10, false, 'foreign-topic'],
    ['on a chunk', topics.blob('0'.repeat(64)).path, 10, true, 'foreign-topic'],
    ['on no topic of ours', '$SYS/x', 10, false, 'foreign-topic'],
    ['more than the kind allows', topics.presence('d-1').path, 1_025, true, 'message-size'],
    ['more than any packet may have', topics.telemetry('d-1').path, 270_000, false, 'packet-size'],
    ['retained telemetry', topics.telemetry('d-1').path, 10, true, 'retain'],
  ])('is not %s', async (...[, path, length, retain, reason]) => {
    await using house = await openBrokerHouse()
    const client = await house.connect('d-1')
    client.publish(path, Buffer.alloc(length), { qos: 1, retain })
    await closed(client)
    await vi.waitFor(() => expect(house.metrics.refusals).toEqual({ [reason]: 1 }))
    const bystander = await house.connect('d-3')
    expect(bystander.connected).toBe(true)
  })

  it('is not QoS 2', async () => {
    await using house = await openBrokerHouse()
    const client = await house.connect('d-1')
    client.publish(topics.telemetry('d-1').path, Buffer.alloc(1), { qos: 2 })
    await closed(client)
    await vi.waitFor(() => expect(house.metrics.refusals).toEqual({ 'packet-type': 1 }))
  })
})
