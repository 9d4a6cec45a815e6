import { mosquittoMissing } from '../support/mosquitto.js'
import { startMosquittoFleet } from './devices/mosquitto-fleet.js'
import { startDevices, startFleetBroker, startHttpServer, startTcpServer } from './devices/start.js'
import { chunkBytes } from './devices/tcp-readers.js'
import type { Bench, Row } from './harness/bench.js'
import { compare, type Compared } from './harness/blocks.js'
import { seconds } from './harness/table.js'

const MiB = 1024 * 1024
const fleet = 100
const fleetBytes = 4 * MiB
const modelBytes = 64 * MiB

/** How long a rollout takes to reach everyone, verified, against the bare wire. */
export const bench: Bench = {
  goal: 'G6',
  async *run(report) {
    report('100 devices through the embedded broker')
    yield await embeddedFleet()
    if (mosquittoMissing) report(mosquittoMissing)
    else {
      report('100 devices through Mosquitto')
      yield await mosquittoFleet()
    }
    report('one agent, 64 MiB')
    yield* oneAgent()
  },
}

async function embeddedFleet(): Promise<Row> {
  await using devices = startDevices()
  await using tcp = startTcpServer()
  await using broker = startFleetBroker()
  const { port: tcpPort } = await tcp.call('start', { length: fleetBytes })
  const { port, hashes } = await broker.call('start', { chunks: fleetBytes / chunkBytes })
  const compared = await compare(
    () => devices.call('tcp', { port: tcpPort, readers: fleet, length: fleetBytes }),
    () => devices.call('mqtt', { port, devices: fleet, hashes }),
  )
  await broker.call('stop', undefined)
  return toRow('100 × 4 MiB, embedded broker : TCP + SHA-256', compared, { atMost: 1.45 })
}

async function mosquittoFleet(): Promise<Row> {
  await using devices = startDevices()
  await using tcp = startTcpServer()
  await using broker = await startMosquittoFleet(fleetBytes / chunkBytes)
  const { port: tcpPort } = await tcp.call('start', { length: fleetBytes })
  const { port, hashes } = broker
  const compared = await compare(
    () => devices.call('tcp', { port: tcpPort, readers: fleet, length: fleetBytes }),
    () => devices.call('mqtt', { port, devices: fleet, hashes }),
  )
  return toRow('100 × 4 MiB, Mosquitto : TCP + SHA-256', compared, { atMost: 1.25 })
}

async function* oneAgent(): AsyncGenerator<Row> {
  await using devices = startDevices()
  await using http = startHttpServer()
  await using broker = startFleetBroker()
  const { port: httpPort } = await http.call('start', { length: modelBytes })
  const { port, hashes } = await broker.call('start', { chunks: modelBytes / chunkBytes })
  const before = await broker.call('take', undefined)
  const compared = await compare(
    async () => modelBytes / MiB / (await devices.call('http', { port: httpPort })),
    async () => modelBytes / MiB / (await devices.call('agent', { port, hashes })),
  )
  const { peakRss } = await broker.call('take', undefined)
  await broker.call('stop', undefined)
  await http.call('stop', undefined)
  yield toRow(
    'one agent, 64 MiB, MQTT : HTTP GET + SHA-256',
    compared,
    { atLeast: 0.6 },
    (value) => `${value.toFixed(0)} MiB/s`,
  )
  yield memoryRow(before.rss, peakRss, compared.idle)
}

function memoryRow(before: number, peak: number, idle: number): Row {
  const growth = (peak - before) / 1e6
  const ratio = growth / 100
  return {
    what: 'server memory over 8 such transfers : 100 MB',
    baseline: '100 MB',
    ours: `${growth.toFixed(0)} MB`,
    ratio,
    target: { atMost: 1 },
    spread: [ratio, ratio],
    idle,
  }
}

const toRow = (
  what: string,
  compared: Compared,
  ...[target, format = seconds]: [Row['target'], ((value: number) => string)?]
): Row => ({
  what,
  baseline: format(compared.baseline),
  ours: format(compared.ours),
  ratio: compared.ratio,
  target,
  spread: compared.spread,
  idle: compared.idle,
})
