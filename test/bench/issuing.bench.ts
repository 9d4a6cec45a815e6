import { startFleetServer } from './devices/start.js'
import type { Bench } from './harness/bench.js'
import { median } from './harness/blocks.js'
import { idleShare } from './harness/cpu.js'
import { seconds } from './harness/table.js'

const devices = 10_000
const rollouts = 3
const goalS = 5

/** A rollout to a large fleet: every device's state is signed, stored and published. */
export const bench: Bench = {
  goal: 'issuing',
  async *run(report) {
    await using server = startFleetServer()
    report(`${devices.toLocaleString('en')} devices in the registry`)
    await server.call('start', { devices })
    const idle = idleShare()
    const times: number[] = []
    for (let i = 0; i < rollouts; i++) {
      const { wallS, cpuS } = await server.call('rollOut', { devices })
      report(`rollout ${i + 1}: ${seconds(wallS)}, ${seconds(cpuS)} of CPU`)
      // With two cores a thread signs beside the main one; one core would need both times.
      times.push(Math.max(wallS, cpuS))
    }
    const ratios = times.map((time) => time / goalS)
    yield {
      what: `${devices.toLocaleString('en')} desired states signed and published : ${goalS} s`,
      baseline: seconds(goalS),
      ours: seconds(median(times)),
      ratio: median(ratios),
      target: { atMost: 1 },
      spread: [Math.min(...ratios), Math.max(...ratios)],
      idle: idle(),
    }
    await server.call('stop', undefined)
  },
}
