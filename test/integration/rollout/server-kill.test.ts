import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createKeyFile, type KeyFile } from '@kedge/shared/trust/keys'
import { systemClock } from '@kedge/shared/util/clock'
import { Ms } from '@kedge/shared/util/units'
import { startAgent, type Agent } from '../../../edge-agent/src/agent.js'
import { joinFleet } from '../../../edge-agent/src/config/join-fleet.js'
import { callApi, pushModel } from '../../support/admin-api.js'
import { denseNetwork } from '../../support/seed-models.js'
import { ServerProcess } from '../../support/server-process.js'
import { temporaryFolder } from '../../support/temporary-folder.js'
import { until } from '../agent/test-fleet.js'

const sizes = [512, 1024, 1024, 10]
const network = (headSeed: number) => denseNetwork({ name: 'network', sizes, headSeed })

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: ServerProcess
let agent: Agent
let key: KeyFile

beforeEach(async () => {
  folder = await temporaryFolder()
  server = await startServer()
  key = await createKeyFile('publisher')
  await api('POST /publishers', { name: 'publisher', key: { id: key.id, key: key.publicKey } })
  const { token } = await api<{ token: string }>('POST /enrolment-tokens', {
    labels: {},
    ttlS: 600,
    uses: 1,
  })
  const data = path.join(folder.path, 'agent')
  await joinFleet({ data, token, labels: {}, fetch })
  agent = await startAgent({ data })
})

afterEach(async () => {
  await agent[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
  await folder[Symbol.asyncDispose]()
})

const startServer = (ports = { port: 0, mqttPort: 0 }) =>
  ServerProcess.start(path.join(folder.path, 'server'), ports, '--telemetry-window', '1')

const api = <T>(route: `${string} /${string}`, body?: unknown) =>
  callApi<T>(server.access, route, body)

async function killAndRestart(): Promise<void> {
  const { ports } = server
  await server.kill()
  server = await startServer(ports)
}

const push = (version: string, seed: number) =>
  pushModel(server.access, network(seed), {
    facts: { name: 'network', version, createdAt: Date.now() },
    key,
  })

const rollOut = (version: string) =>
  api<{ id: string }>('POST /rollouts', { model: 'network', version, select: '*' })

const untilServes = (version: string) =>
  until(() => (agent.model('network').version?.release.version === version ? true : undefined))

// A killed server is back within seconds, and the agent within the pause it has come to.
describe('a server that is killed', { timeout: 240_000 }, () => {
  it('brings a rollout to the same end, whenever in it that was', async () => {
    const delays = [0, 40, 150, 400]
    for (const [i, delay] of delays.entries()) {
      const version = `1.0.${i}`
      await push(version, i + 1)
      const { id } = await rollOut(version)
      await systemClock.sleep(Ms(delay))
      await killAndRestart()
      await untilServes(version)
      const counts = await until(async () => {
        const rollout = await api<{ counts: { active: number } }>(`GET /rollouts/${id}`)
        return rollout.counts.active === 1 ? rollout.counts : undefined
      })
      expect(counts).toMatchObject({ matched: 1, active: 1, failed: 0 })
    }
  })

  it('stores what a device counted exactly once', async () => {
    await push('1.0.0', 1)
    await rollOut('1.0.0')
    await untilServes('1.0.0')
    const x = { dtype: 'float32', shape: [1, 512], data: new Float32Array(512) } as const
    const model = agent.model('network')
    let runs = 0
    for (const pause of [300, 1_100, 700]) {
      const end = systemClock.now() + pause
      for (; systemClock.now() < end; runs += 1) await model.run({ x })
      await killAndRestart()
    }
    const stored = await until(async () => {
      const { items } = await api<{ items: { count: number }[] }>('GET /models/network/stats')
      return (items[0]?.count ?? 0) >= runs ? items[0]?.count : undefined
    })
    // What was sent twice would have been counted by now, or is by the next window.
    await systemClock.sleep(Ms(2_500))
    expect(stored).toBe(runs)
    const { items } = await api<{ items: { count: number }[] }>('GET /models/network/stats')
    expect(items[0]?.count).toBe(runs)
  })
})
