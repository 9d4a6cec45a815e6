import { startMosquittoFleet } from './devices/mosquitto-fleet.js'
import { startDevices, startFleetBroker } from './devices/start.js'
import { mosquittoMissing } from '../support/mosquitto.js'
import type { Bench, Row } from './harness/bench.js'
import { idleShare } from './harness/cpu.js'

const chunks = 16
const many = 1_000

/** What a rollout costs the server, whatever the size of the fleet. */
export const bench: Bench = {
  goal: 'G5',
  async *run(report) {
    report(`${chunks} chunks to 1 device and to ${many}, embedded broker`)
    yield await embedded()
    if (mosquittoMissing) return report(mosquittoMissing)
    report(`${chunks} chunks to 1 device and to ${many}, Mosquitto`)
    yield await mosquitto()
  },
}

async function embedded(): Promise<Row> {
  const idle = idleShare()
  await using devices = startDevices()
  await using broker = startFleetBroker()
  const run = await broker.call('start', { chunks })
  const counts: number[] = []
  for (const count of [1, many]) {
    await devices.call('mqtt', { ...run, devices: count })
    counts.push((await broker.call('take', undefined)).published)
  }
  await broker.call('stop', undefined)
  return toRow('embedded broker', counts, idle())
}

async function mosquitto(): Promise<Row> {
  const idle = idleShare()
  await using devices = startDevices()
  const counts: number[] = []
  for (const count of [1, many]) {
    await using fleet = await startMosquittoFleet(chunks)
    await devices.call('mqtt', { port: fleet.port, hashes: fleet.hashes, devices: count })
    counts.push(fleet.published())
  }
  return toRow('Mosquitto', counts, idle())
}

/** Of no publishes at all, none more is as many. */
function toRow(where: string, [one = NaN, all = NaN]: readonly number[], idle: number): Row {
  const ratio = all === one ? 1 : all / one
  return {
    what: `server publishes, ${many} devices : 1, ${where}`,
    baseline: `${one}`,
    ours: `${all}`,
    ratio,
    target: { atMost: 1.02 },
    spread: [ratio, ratio],
    idle,
  }
}
