import { topicMap } from '@kedge/shared/protocol/topic-map'
import { topics } from '@kedge/shared/protocol/topics'
import { describe, expect, it, vi } from 'vitest'
import type { RetainedMessage } from '../../../fleet-server/src/broker/broker.js'
import { connectExternalBroker } from '../../../fleet-server/src/broker/external-broker.js'
import { mosquittoMissing, startMosquitto } from '../../support/mosquitto.js'
import {
  connectDevice,
  Diary,
  fetchChunks,
  reportedOf,
  sha256,
  silent,
  Tally,
} from './broker-house.js'

if (mosquittoMissing) console.warn(mosquittoMissing)

const chunk = (i: number) => Buffer.alloc(64 * 1024, i)
const chunks = Array.from({ length: 40 }, (_, i) => chunk(i))
const envelope = { payloadType: 'application/json', payload: 'e30=', signatures: [] }

// eslint-disable-next-line @typescript-eslint/require-await -- an iterable that waits for nothing
async function* everything(): AsyncGenerator<RetainedMessage> {
  yield { topic: topics.desired('d-1'), payload: envelope }
  for (const payload of chunks) yield { topic: topics.blob(sha256(payload)), payload }
}

async function join(url: string) {
  const messages = new Diary()
  const metrics = new Tally()
  const parts = { messages, metrics, log: silent }
  const broker = await connectExternalBroker({ url, ...parts, retained: everything })
  return { broker, messages, metrics, [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose]() }
}

describe.skipIf(mosquittoMissing)('an external broker', () => {
  it('carries the whole protocol on Mosquitto', async () => {
    await using mosquitto = await startMosquitto()
    await using server = await join(mosquitto.url)
    await vi.waitFor(() => expect(server.metrics.publishes).toBe(41), 5_000)

    const device = await connectDevice(mosquitto.url, 'd-1')
    const heard: string[] = []
    device.on('message', (path) => heard.push(path))
    await device.subscribeAsync([topics.desired('d-1').path, topics.ack('d-1').path], { qos: 1 })
    await vi.waitFor(() => expect(heard).toEqual([topics.desired('d-1').path]))

    const fetched = await fetchChunks(device, chunks.map(sha256))
    for (const [hash, bytes] of fetched) expect(sha256(bytes)).toBe(hash)

    const reported = Buffer.from(topicMap.reported.codec.encode(reportedOf('d-1')))
    await device.publishAsync(topics.reported('d-1').path, reported, { qos: 1, retain: true })
    await device.publishAsync(topics.telemetry('d-1').path, Buffer.from('nonsense'), { qos: 1 })
    await vi.waitFor(() => expect(server.messages.reports).toHaveLength(1))
    await vi.waitFor(() => expect(server.messages.malformedPaths).toHaveLength(1))

    await server.broker.publish(topics.ack('d-1'), { v: 1, stream: '0'.repeat(16), upTo: 1 })
    await vi.waitFor(() => expect(heard).toContain(topics.ack('d-1').path))
    await device.endAsync(true)
  })

  it('publishes all that is retained again when the broker has forgotten it', async () => {
    const first = await startMosquitto()
    await using server = await join(first.url)
    await vi.waitFor(() => expect(server.metrics.publishes).toBe(41), 5_000)
    await first[Symbol.asyncDispose]()
    await vi.waitFor(() => expect(server.broker.ready).toBe(false))
    const ack = { v: 1, stream: '0'.repeat(16), upTo: 1 } as const
    await expect(server.broker.publish(topics.ack('d-1'), ack)).rejects.toMatchObject({
      code: 'link-offline',
    })
    await using second = await startMosquitto({ port: first.port })
    await vi.waitFor(() => expect(server.metrics.publishes).toBe(82), 20_000)
    const device = await connectDevice(second.url, 'd-1')
    expect((await fetchChunks(device, chunks.map(sha256))).size).toBe(40)
    await device.endAsync(true)
  })

  it('is tried again and again when it is not there', async () => {
    await using server = await join('mqtt://127.0.0.1:9')
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(server.broker.ready).toBe(false)
  })
})
