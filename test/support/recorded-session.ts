import { topicMap } from '@kedge/shared/protocol/topic-map'
import { topics } from '@kedge/shared/protocol/topics'
import { connectAsync } from 'mqtt'
import { generate } from 'mqtt-packet'
import { RawBroker } from './raw-broker.js'

const stateOf = (state: 'online' | 'offline') =>
  Buffer.from(topicMap.presence.codec.encode({ v: 1, state }))

/** What a device says in a short session, one packet each, its CONNECT first. */
export async function recordSession(device: string, password: string): Promise<Buffer[]> {
  await using broker = await RawBroker.start()
  const presence = topics.presence(device).path
  const client = await connectAsync(
    broker.url,
    {
      clientId: device,
      username: device,
      password,
      protocolVersion: 4,
      reconnectPeriod: 0,
      will: { topic: presence, payload: stateOf('offline'), qos: 1, retain: true },
    },
    false,
  )
  await client.subscribeAsync([topics.desired(device).path, topics.ack(device).path], { qos: 1 })
  await client.publishAsync(presence, stateOf('online'), { qos: 1, retain: true })
  const blobs = ['0', 'a'].map((digit) => topics.blob(digit.repeat(64)).path)
  await client.subscribeAsync(blobs, { qos: 0 })
  await client.publishAsync(topics.telemetry(device).path, Buffer.of(0xa0), { qos: 1 })
  await client.publishAsync(topics.reported(device).path, '{}', { qos: 0, retain: true })
  await client.unsubscribeAsync(blobs)
  client.sendPing()
  await client.endAsync()
  return broker.packets.map((packet) => generate(packet))
}
