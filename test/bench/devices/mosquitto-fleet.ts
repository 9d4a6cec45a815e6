import { createHash, randomBytes } from 'node:crypto'
import type { RetainedMessage } from '../../../fleet-server/src/broker/broker.js'
import { connectExternalBroker } from '../../../fleet-server/src/broker/external-broker.js'
import { topics } from '@kedge/shared/protocol/topics'
import { pino } from 'pino'
import { startMosquitto } from '../../support/mosquitto.js'
import { chunkBytes } from './tcp-readers.js'

const ignore = () => Promise.resolve()
const nothing = () => undefined

/** A Mosquitto to which the server has published `chunks` of 64 KiB. */
export async function startMosquittoFleet(chunks: number) {
  const mosquitto = await startMosquitto()
  const messages = Array.from({ length: chunks }, () => toMessage(randomBytes(chunkBytes)))
  let published = 0
  // eslint-disable-next-line @typescript-eslint/require-await -- an iterable that waits for nothing
  const retained = async function* (): AsyncGenerator<RetainedMessage> {
    for (const { message } of messages) yield message
  }
  await using server = await connectExternalBroker({
    url: mosquitto.url,
    log: pino({ level: 'silent' }),
    messages: { presence: ignore, reported: ignore, telemetry: ignore, malformed: nothing },
    metrics: {
      connections: nothing,
      refused: nothing,
      throttled: nothing,
      received: nothing,
      sent: nothing,
      published: () => (published += 1),
    },
    retained,
  })
  while (published < chunks) await new Promise((resolve) => setTimeout(resolve, 20))
  await server.publish(topics.ack('d-0'), { v: 1, stream: '0'.repeat(16), upTo: 0 })
  const dispose = () => mosquitto[Symbol.asyncDispose]()
  return {
    port: mosquitto.port,
    hashes: messages.map(({ name }) => name),
    published: () => published,
    [Symbol.asyncDispose]: dispose,
  }
}

function toMessage(payload: Uint8Array): { name: string; message: RetainedMessage } {
  const name = createHash('sha256').update(payload).digest('hex')
  return { name, message: { topic: topics.blob(name), payload } }
}
