import { createHash } from 'node:crypto'
import { get, type IncomingMessage } from 'node:http'
import { topics } from '@kedge/shared/protocol/topics'
import { answer } from '../harness/child.js'
import { fetchAsAgent } from './agent.js'
import { LightDevice } from './light-device.js'
import { readOverTcp } from './tcp-readers.js'

const window = 16

async function connectDevices(port: number, count: number): Promise<LightDevice[]> {
  const devices = Array.from({ length: count }, () => new LightDevice(port, window))
  await Promise.all(devices.map((device, i) => device.connect(`d-${i}`)))
  return devices
}

const handlers = {
  /** Seconds until `readers` have read and hashed `length` bytes each. */
  tcp: ({ port, readers, length }: { port: number; readers: number; length: number }) =>
    readOverTcp(port, readers, length),

  /** Seconds until a file is read and hashed whole. */
  async http({ port }: { port: number }): Promise<number> {
    const start = performance.now()
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get({ port, host: '127.0.0.1' }, resolve).on('error', reject)
    })
    const hash = createHash('sha256')
    for await (const bytes of response) hash.update(bytes as Buffer)
    hash.digest('hex')
    return (performance.now() - start) / 1000
  },

  /**
   * Seconds until `devices` that are connected have fetched and verified all chunks, beside
   * `stalled` others that asked for them and never read.
   */
  async mqtt(run: { port: number; devices: number; stalled?: number; hashes: string[] }) {
    const all = await connectDevices(run.port, run.devices + (run.stalled ?? 0))
    for (const device of all.slice(run.devices)) device.stall(run.hashes.slice(0, 400))
    const start = performance.now()
    await Promise.all(all.slice(0, run.devices).map((device) => device.fetch(run.hashes)))
    const seconds = (performance.now() - start) / 1000
    for (const device of all) device.close()
    return seconds
  },

  /** Seconds in which one agent fetches and verifies all chunks. */
  agent: ({ port, hashes }: { port: number; hashes: string[] }) => fetchAsAgent(port, hashes),

  /** `messages` of one byte that no schema accepts, from 50 devices; each then fetches a chunk. */
  async burst({ port, messages, hashes }: { port: number; messages: number; hashes: string[] }) {
    const devices = await connectDevices(port, 50)
    const start = performance.now()
    for (let sent = 0; sent < messages; sent += 1) {
      const device = sent % devices.length
      devices[device]?.publish(topics.telemetry(`d-${device}`).path, Buffer.of(0))
    }
    await Promise.all(devices.map((device) => device.fetch(hashes.slice(0, 1))))
    return (performance.now() - start) / 1000
  },
}

export type Devices = typeof handlers
answer(handlers)
