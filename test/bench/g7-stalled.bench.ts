import { startDevices, startFleetBroker } from './devices/start.js'
import type { Bench, Row } from './harness/bench.js'
import { compare } from './harness/blocks.js'
import { idleShare } from './harness/cpu.js'
import { seconds } from './harness/table.js'

const chunks = 400
const healthy = 10
const burst = 200_000

/** What one device that never reads costs the others, and what a flood costs the broker. */
export const bench: Bench = {
  goal: 'G7',
  async *run(report) {
    await using devices = startDevices()
    await using broker = startFleetBroker()
    const { port, hashes } = await broker.call('start', { chunks })
    report(`${healthy} devices × 25 MiB, without and with one that never reads`)
    const before = await broker.call('take', undefined)
    const compared = await compare(
      () => devices.call('mqtt', { port, hashes, devices: healthy }),
      () => devices.call('mqtt', { port, hashes, devices: healthy, stalled: 1 }),
    )
    const { peakRss } = await broker.call('take', undefined)
    yield {
      what: '10 × 25 MiB beside one that never reads : without it',
      baseline: seconds(compared.baseline),
      ours: seconds(compared.ours),
      ratio: compared.ratio,
      target: { atMost: 1.3 },
      spread: compared.spread,
      idle: compared.idle,
    }
    yield memoryRow((peakRss - before.rss) / 1e6, compared.idle)
    report(`${burst.toLocaleString('en')} publishes at once`)
    const idle = idleShare()
    const time = await devices.call('burst', { port, messages: burst, hashes })
    const { malformed } = await broker.call('take', undefined)
    yield burstRow(malformed, time, idle())
    await broker.call('stop', undefined)
  },
}

/** The cache of 16 MiB is in it. */
const memoryRow = (growth: number, idle: number): Row => ({
  what: 'server memory meanwhile, 16 MiB cache in it : 64 MB',
  baseline: '64 MB',
  ours: `${growth.toFixed(0)} MB`,
  ratio: growth / 64,
  target: { atMost: 1 },
  spread: [growth / 64, growth / 64],
  idle,
})

const burstRow = (taken: number, time: number, idle: number): Row => ({
  what: `burst of ${burst.toLocaleString('en')}: taken : sent, broker alive`,
  baseline: `${burst}`,
  ours: `${taken} in ${seconds(time)}`,
  ratio: taken / burst,
  target: { atLeast: 1 },
  spread: [taken / burst, taken / burst],
  idle,
})
