import { startAuthenticatingBroker, startBareAedes, startConnecting } from './devices/start.js'
import type { Bench } from './harness/bench.js'
import { compare } from './harness/blocks.js'

const count = 2_000

/** What it costs to know who connects: guard, signed token, look-up of the device, and all. */
export const bench: Bench = {
  goal: 'G9',
  async *run(report) {
    await using devices = startConnecting()
    await using bare = startBareAedes()
    await using ours = startAuthenticatingBroker()
    const members = await devices.call('make', { count })
    const [barePort, ourPort] = [
      await bare.call('start', undefined),
      await ours.call('start', { members }),
    ]
    report(`${count} devices connect, 64 at a time`)
    const compared = await compare(
      () => devices.call('connect', barePort),
      () => devices.call('connect', ourPort),
    )
    yield {
      what: `connections a second, authenticated : bare aedes, which asks nobody`,
      baseline: `${compared.baseline.toFixed(0)}/s`,
      ours: `${compared.ours.toFixed(0)}/s`,
      ratio: compared.ratio,
      target: { atLeast: 0.5 },
      spread: compared.spread,
      idle: compared.idle,
    }
    await bare.call('stop', undefined)
    await ours.call('stop', undefined)
  },
}
