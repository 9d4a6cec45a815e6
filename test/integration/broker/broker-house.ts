import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Presence } from '@kedge/shared/protocol/reported-state'
import type { TelemetryBatch } from '@kedge/shared/protocol/telemetry'
import type { TimeRequest } from '@kedge/shared/protocol/time'
import { topics } from '@kedge/shared/protocol/topics'
import { payloadTypes } from '@kedge/shared/protocol/envelope'
import type { Envelope } from '@kedge/shared/trust/dsse'
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { pino } from 'pino'
import type { BrokerMetrics } from '../../../fleet-server/src/broker/broker.js'
import {
  startEmbeddedBroker,
  type EmbeddedBrokerOptions,
} from '../../../fleet-server/src/broker/embedded-broker.js'
import type { RefusalReason } from '../../../fleet-server/src/broker/refusal.js'
import type {
  DeviceMessages,
  RetainedSource,
} from '../../../fleet-server/src/devices/device-door.js'

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Chunks in a folder, read anew each time; desired states in a map. */
export class FolderSource implements RetainedSource {
  readonly desiredStates = new Map<string, Envelope>()
  readonly metadata = new Map<string, Uint8Array>()

  constructor(readonly folder: string) {}

  async put(bytes: Uint8Array): Promise<string> {
    const name = sha256(bytes)
    await writeFile(path.join(this.folder, name), bytes)
    return name
  }

  /** Random chunks of `length` bytes. @returns their hashes */
  putMany(count: number, length: number): Promise<string[]> {
    return Promise.all(Array.from({ length: count }, () => this.put(randomBytes(length))))
  }

  async blob(name: string): Promise<Uint8Array | undefined> {
    try {
      return await readFile(path.join(this.folder, name))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  meta(name: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.metadata.get(name))
  }

  desired(device: string): Promise<Envelope | undefined> {
    return Promise.resolve(this.desiredStates.get(device))
  }
}

/** Features that write down what they are told. */
export class Diary implements DeviceMessages {
  readonly presences: [device: string, state: Presence['state']][] = []
  readonly reports: [device: string, report: Envelope][] = []
  readonly batches: [device: string, batch: TelemetryBatch][] = []
  readonly questions: [device: string, nonce: string][] = []
  readonly malformedPaths: string[] = []
  /** Awaited before anything is taken. */
  gate: Promise<void> = Promise.resolve()

  async presence(device: string, { state }: Presence): Promise<void> {
    await this.gate
    this.presences.push([device, state])
  }

  async reported(device: string, report: Envelope): Promise<void> {
    await this.gate
    this.reports.push([device, report])
  }

  async telemetry(device: string, batch: TelemetryBatch): Promise<void> {
    await this.gate
    this.batches.push([device, batch])
  }

  async ask(device: string, { nonce }: TimeRequest): Promise<void> {
    await this.gate
    this.questions.push([device, nonce])
  }

  malformed(_device: string, topic: string): void {
    this.malformedPaths.push(topic)
  }
}

export class Tally implements BrokerMetrics {
  readonly refusals: Partial<Record<RefusalReason, number>> = {}
  open = 0
  publishes = 0
  chunks = 0

  connections(now: number): void {
    this.open = now
  }
  refused(reason: RefusalReason): void {
    this.refusals[reason] = (this.refusals[reason] ?? 0) + 1
  }
  throttles = 0
  throttled(): void {
    this.throttles += 1
  }
  received(): void {}
  sent(kind: string): void {
    if (kind === 'blob') this.chunks += 1
  }
  published(): void {
    this.publishes += 1
  }
}

export const password = 'a token that holds'
export const silent = pino({ level: 'silent' })

/** What a broker needs around it, and a way to connect as a device. */
export async function openBrokerHouse(options: Partial<EmbeddedBrokerOptions> = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'kedge-broker-'))
  const source = new FolderSource(folder)
  const messages = new Diary()
  const metrics = new Tally()
  const authenticator = {
    authenticate: (_device: string, given: string) => Promise.resolve(given === password),
  }
  const parts = { messages, metrics, log: silent, retained: source, authenticator }
  const broker = await startEmbeddedBroker({ host: '127.0.0.1', port: 0, ...parts, ...options })
  const clients: MqttClient[] = []
  return {
    source,
    messages,
    metrics,
    broker,
    url: `mqtt://127.0.0.1:${broker.port}`,
    async connect(device: string, more: IClientOptions = {}): Promise<MqttClient> {
      const client = await connectDevice(`mqtt://127.0.0.1:${broker.port}`, device, more)
      clients.push(client)
      return client
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.end(true)
      await broker[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    },
  }
}

export function connectDevice(
  url: string,
  device: string,
  more: IClientOptions = {},
): Promise<MqttClient> {
  return connectAsync(
    url,
    {
      clientId: device,
      username: device,
      password,
      protocolVersion: 4,
      reconnectPeriod: 0,
      connectTimeout: 10_000,
      ...more,
    },
    false,
  )
}

/** The next message on each of the chunks' topics, by hash; QoS 0, one SUBSCRIBE packet. */
export function fetchChunks(
  client: MqttClient,
  hashes: readonly string[],
): Promise<Map<string, Buffer>> {
  const chunks = new Map<string, Buffer>()
  return new Promise((resolve, reject) => {
    const take = (path: string, payload: Buffer) => {
      const name = path.slice(path.lastIndexOf('/') + 1)
      if (!hashes.includes(name)) return
      chunks.set(name, payload)
      if (chunks.size < hashes.length) return
      client.off('message', take)
      resolve(chunks)
    }
    client.on('message', take)
    client.on('close', () => reject(new Error('the connection was closed')))
    client.subscribe(
      hashes.map((hash) => topics.blob(hash).path),
      { qos: 0 },
    )
  })
}

/** A report as far as the broker looks into it. */
export const reportedOf = (device: string): Envelope => ({
  payloadType: payloadTypes.report,
  payload: Buffer.from(device).toString('base64'),
  signatures: [{ sig: '' }],
})
