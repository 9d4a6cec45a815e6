import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pino } from 'pino'
import type { EmbeddedBroker } from '../../../fleet-server/src/broker/broker.js'
import { startEmbeddedBroker } from '../../../fleet-server/src/broker/embedded-broker.js'
import type { BlobStore } from '../../../fleet-server/src/blobs/blob-store.js'
import { DiskBlobStore } from '../../../fleet-server/src/blobs/disk-blob-store.js'
import { answer } from '../harness/child.js'
import { chunkBytes } from './tcp-readers.js'

let broker: EmbeddedBroker | undefined
let folder = ''
let published = 0
let malformed = 0
let peakRss = 0
setInterval(() => (peakRss = Math.max(peakRss, process.memoryUsage.rss())), 100).unref()

async function storeChunk(store: BlobStore): Promise<string> {
  const bytes = randomBytes(chunkBytes)
  const name = createHash('sha256').update(bytes).digest('hex')
  await store.put(name, bytes)
  return name
}

const ignore = () => Promise.resolve()

const handlers = {
  /** The product's embedded broker over `chunks` of 64 KiB on disk. */
  async start({ chunks }: { chunks: number }): Promise<{ port: number; hashes: string[] }> {
    folder = await mkdtemp(path.join(tmpdir(), 'kedge-bench-broker-'))
    const store = await DiskBlobStore.open(folder)
    const hashes: string[] = []
    while (hashes.length < chunks) hashes.push(await storeChunk(store))
    broker = await startEmbeddedBroker({
      host: '127.0.0.1',
      port: 0,
      log: pino({ level: 'silent' }),
      authenticator: { authenticate: () => Promise.resolve(true) },
      retained: {
        blob: (name) => store.get(name),
        desired: () => Promise.resolve(undefined),
        meta: () => Promise.resolve(undefined),
      },
      messages: {
        presence: ignore,
        reported: ignore,
        telemetry: ignore,
        ask: ignore,
        malformed: () => (malformed += 1),
      },
      metrics: {
        connections: () => undefined,
        refused: () => undefined,
        throttled: () => undefined,
        received: () => undefined,
        sent: () => undefined,
        published: () => (published += 1),
      },
    })
    return { port: broker.port, hashes }
  },

  /** Counts since the last call, and the largest resident set in between, in bytes. */
  take() {
    const counts = { published, malformed, peakRss, rss: process.memoryUsage.rss() }
    published = malformed = peakRss = 0
    return counts
  },

  async stop(): Promise<void> {
    await broker?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  },
}

export type FleetBroker = typeof handlers
answer(handlers)
