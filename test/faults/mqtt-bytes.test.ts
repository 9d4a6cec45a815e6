import { expect, it, vi } from 'vitest'
import { fuzzMqtt } from '../support/fuzz-mqtt.js'
import { recordSession } from '../support/recorded-session.js'
import { openBrokerHouse, password } from '../integration/broker/broker-house.js'

const mutations = Number(process.env['KEDGE_FUZZ_MUTATIONS'] ?? 100_000)
const seed = Number(process.env['KEDGE_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const sockets = () => process.getActiveResourcesInfo().filter((one) => one.startsWith('TCPSocket'))

// As many as come, from one address and of one name: what they say is to be read.
const limits = {
  arrivals: { perSecond: 1e6, burst: 1e6 },
  allArrivals: { perSecond: 1e6, burst: 1e6 },
  work: { perSecond: 1e9, burst: 1e9 },
}

it(
  `${mutations} mutations of a session end no broker and leave no socket open`,
  async () => {
    console.info(`KEDGE_FUZZ_SEED=${seed}`)
    const before = sockets().length
    const devices = Array.from({ length: 16 }, (_, i) => `d-${i + 10}`)
    const sessions = await Promise.all(devices.map((device) => recordSession(device, password)))
    {
      await using house = await openBrokerHouse({ limits })
      const { broker } = house
      const accept = broker.accept.bind(broker)
      const connections = await fuzzMqtt({ seed, mutations, sessions, accept, port: broker.port })
      console.info(`${connections} connections, refused: ${JSON.stringify(house.metrics.refusals)}`)
      await vi.waitFor(() => expect(house.metrics.open).toBe(0), 10_000)
      expect((await house.connect('d-2')).connected).toBe(true)
    }
    await vi.waitFor(() => expect(sockets()).toHaveLength(before))
  },
  60_000 + mutations,
)
