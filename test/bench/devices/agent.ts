import { createHash } from 'node:crypto'
import type { MqttConnect } from '@kedge/shared/adapters/mqtt-client'
import { openMqttLink } from '@kedge/shared/adapters/mqtt-link'
import { fetchChunks } from '@kedge/shared/device/chunk-fetch'
import { deferred } from '@kedge/shared/util/deferred'
import { systemClock } from '@kedge/shared/util/clock'
import { systemEntropy } from '@kedge/shared/util/entropy'
import { connect } from 'mqtt'
import { chunkBytes } from './tcp-readers.js'

const sha256 = (bytes: Uint8Array) =>
  Promise.resolve(createHash('sha256').update(bytes).digest('hex'))

/**
 * Seconds in which a connected agent fetches and verifies `hashes`, with the link and the windowed
 * fetch it has in the product. What arrives is not kept, as the HTTP baseline does not keep it.
 */
export async function fetchAsAgent(port: number, hashes: readonly string[]): Promise<number> {
  await using link = openMqttLink({
    // The link declares the part of MQTT.js it uses; its overloads do not fit by themselves.
    connect: connect as unknown as MqttConnect,
    url: `mqtt://127.0.0.1:${port}`,
    device: 'd-agent',
    password: () => Promise.resolve('bench'),
    clock: systemClock,
    entropy: systemEntropy,
    log: { info: () => undefined, warn: (message, facts) => console.warn(message, facts) },
  })
  const online = deferred<boolean>()
  link.onOnline((isOnline) => online.resolve(isOnline))
  await online.promise
  const start = performance.now()
  await fetchChunks(
    hashes.map((name) => ({ sha256: name, length: chunkBytes })),
    {
      host: { link, clock: systemClock, sha256 },
      signal: new AbortController().signal,
      onChunk: () => Promise.resolve(),
    },
  )
  return (performance.now() - start) / 1000
}
