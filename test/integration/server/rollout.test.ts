import { expect, it, describe } from 'vitest'
import type { Behaviour } from '../../support/simulated-device.js'
import { SimulatedDevice } from '../../support/simulated-device.js'
import { createKeyFile } from '@kedge/shared/trust/keys'
import type { Device, Explanation } from '../../../fleet-server/src/devices/device.js'
import type { ReleaseRecord } from '../../../fleet-server/src/models/model.js'
import type { Rollout, RolloutDevice } from '../../../fleet-server/src/rollouts/rollout.js'
import type { Series, Stats } from '../../../fleet-server/src/telemetry/series.js'
import { callApi, enrolmentSecret, pushModel } from '../../support/admin-api.js'
import { eventually } from '../../support/eventually.js'
import { startTestServer, type RunningServer } from '../../support/running-server.js'
import { simulateWindows } from '../../support/seed-telemetry.js'
import { syntheticModel } from '../../support/synthetic-model.js'
import { temporaryFolder } from '../../support/temporary-folder.js'

const key = await createKeyFile('ann')
const succeeds: Behaviour = () => ({ state: 'active' })

async function publish(server: RunningServer, version: string, seeds = {}): Promise<void> {
  const model = syntheticModel({ widths: [64, 64, 64, 10], seeds })
  await pushModel(server, model, { facts: { name: 'net', version, createdAt: 1 }, key })
}

async function prepare(server: RunningServer): Promise<string> {
  await callApi(server, 'POST /publishers', {
    name: key.name,
    key: { id: key.id, key: key.publicKey },
  })
  await publish(server, '1.0.0')
  await publish(server, '1.0.1', { 2: 99 })
  return enrolmentSecret(server)
}

const join = (
  server: RunningServer,
  secret: string,
  { site, behave = succeeds }: { site: string; behave?: Behaviour },
) => SimulatedDevice.join(server, { kind: 'agent', secret, labels: { site }, behave })

const startRollout = (server: RunningServer, version: string, select: string) =>
  callApi<Rollout>(server, 'POST /rollouts', { model: 'net', version, select })

const see = (server: RunningServer, id: string) => callApi<Rollout>(server, `GET /rollouts/${id}`)

async function until(
  server: RunningServer,
  id: string,
  counts: Partial<Rollout['counts']>,
): Promise<void> {
  await eventually(
    async () => {
      const seen = (await see(server, id)).counts
      return Object.entries(counts).every(([of, n]) => seen[of as keyof typeof seen] === n)
    },
    `${id} with ${JSON.stringify(counts)}`,
  )
}

const runs = async (server: RunningServer, device: string) =>
  (await callApi<Device>(server, `GET /devices/${device}`)).reported?.slots['net']?.running?.release
    .version

describe('rollout', () => {
  it('reaches the devices it selects, now and later, and falls back when it is aborted', async () => {
    await using folder = await temporaryFolder()
    await using server = await startTestServer(folder.path)
    const secret = await prepare(server)
    await using berlin = await join(server, secret, { site: 'berlin' })
    await using bonn = await join(server, secret, { site: 'bonn' })
    const all = await startRollout(server, '1.0.0', '*')
    await until(server, all.id, { matched: 2, active: 2 })

    const some = await startRollout(server, '1.0.1', 'site=berlin')
    await until(server, some.id, { matched: 1, active: 1 })
    expect(await runs(server, berlin.id)).toBe('1.0.1')
    expect(await runs(server, bonn.id)).toBe('1.0.0')
    await using later = await join(server, secret, { site: 'berlin' })
    await until(server, some.id, { matched: 2, active: 2 })

    await callApi(server, `PATCH /devices/${bonn.id}`, { labels: { site: 'berlin' } })
    await until(server, some.id, { matched: 3, active: 3 })

    await callApi(server, `POST /rollouts/${some.id}/abort`)
    await until(server, all.id, { matched: 3, active: 3 })
    expect(await runs(server, later.id)).toBe('1.0.0')
    expect((await see(server, some.id)).state).toBe('aborted')
  })

  it('sends a paused one to no more devices, and takes none back', async () => {
    await using folder = await temporaryFolder()
    await using server = await startTestServer(folder.path)
    const secret = await prepare(server)
    await using first = await join(server, secret, { site: 'a' })
    const { id } = await startRollout(server, '1.0.0', '*')
    await until(server, id, { active: 1 })
    await callApi(server, `POST /rollouts/${id}/pause`)
    await using second = await join(server, secret, { site: 'a' })
    expect((await see(server, id)).counts).toMatchObject({ matched: 1 })
    expect(await runs(server, first.id)).toBe('1.0.0')
    expect(await runs(server, second.id)).toBeUndefined()
    const why = await callApi<Explanation>(server, `GET /devices/${second.id}/explain`)
    expect(why.items).toEqual([
      { slot: 'net', verdict: 'blocked', says: `rollout ${id} selects it, but is paused` },
    ])
    await callApi(server, `POST /rollouts/${id}/resume`)
    await until(server, id, { matched: 2, active: 2 })
  })

  it('is tried once more only where it failed', async () => {
    await using folder = await temporaryFolder()
    await using server = await startTestServer(folder.path)
    const secret = await prepare(server)
    const reason = { code: 'probe-failed', message: 'out of memory' }
    const failsFirst: Behaviour = ({ attempt }) =>
      attempt === 0 ? { state: 'failed', reason } : { state: 'active' }
    await using good = await join(server, secret, { site: 'a' })
    await using bad = await join(server, secret, { site: 'a', behave: failsFirst })
    const { id } = await startRollout(server, '1.0.0', '*')
    await until(server, id, { active: 1, failed: 1 })
    const { items } = await callApi<{ items: RolloutDevice[] }>(
      server,
      `GET /rollouts/${id}/devices?state=failed`,
    )
    expect(items).toMatchObject([{ device: bad.id, presence: 'online', reason }])
    const why = await callApi<Explanation>(server, `GET /devices/${bad.id}/explain`)
    expect(why.items[0]).toMatchObject({ verdict: 'blocked' })
    expect(why.items[0]?.says).toContain('out of memory')
    const before = await callApi<Device>(server, `GET /devices/${good.id}`)

    await callApi(server, `POST /rollouts/${id}/retry`)
    await until(server, id, { active: 2, failed: 0 })
    const after = await callApi<Device>(server, `GET /devices/${good.id}`)
    expect(after.desired?.seq).toBe(before.desired?.seq)
  })

  it('goes on after the server was started anew', async () => {
    await using folder = await temporaryFolder()
    let id: string
    let secret: string
    {
      await using server = await startTestServer(folder.path)
      secret = await prepare(server)
      id = (await startRollout(server, '1.0.0', '*')).id
    }
    await using server = await startTestServer(folder.path)
    await using device = await join(server, secret, { site: 'a' })
    await until(server, id, { matched: 1, active: 1 })
    expect(await runs(server, device.id)).toBe('1.0.0')
  })
})

describe('release', () => {
  it('counts only the chunks that no earlier one of the model has', async () => {
    await using folder = await temporaryFolder()
    await using server = await startTestServer(folder.path)
    await prepare(server)
    const { items } = await callApi<{ items: ReleaseRecord[] }>(server, 'GET /models/net/releases')
    const [second, first] = items
    expect(first?.newBytes).toBe(first?.modelBytes)
    expect(second!.newBytes).toBeLessThan(first!.newBytes / 3)
  })

  it('is the same again without effect, and never another under the same version', async () => {
    await using folder = await temporaryFolder()
    await using server = await startTestServer(folder.path)
    await prepare(server)
    await publish(server, '1.0.0')
    await expect(publish(server, '1.0.0', { 0: 7 })).rejects.toThrow(/409.*never changes/)
  })

  it('is refused when a key signed it that is no publisher', async () => {
    await using folder = await temporaryFolder()
    await using server = await startTestServer(folder.path)
    await expect(publish(server, '1.0.0')).rejects.toThrow(/422.*signature-invalid/)
  })
})

describe('telemetry', () => {
  it('comes back as latency and accuracy of each version over time', async () => {
    await using folder = await temporaryFolder()
    await using server = await startTestServer(folder.path)
    const secret = await prepare(server)
    await using device = await join(server, secret, { site: 'a' })
    const release = { model: 'net', version: '1.0.0', sha256: 'a'.repeat(64), length: 1 }
    const performance = {
      release,
      provider: 'cpu',
      runs: 100,
      medianUs: 200,
      labels: 50,
      quality: { accuracy: 0.9 },
    }
    const to = Math.floor(Date.now() / 60_000) * 60_000
    const windows = simulateWindows(performance, { from: to - 10 * 60_000, to, seed: 1 })
    await device.telemetry(windows)
    const runsIn = windows.reduce((sum, { count }) => sum + count, 0)
    await eventually(async () => {
      const { items } = await callApi<Stats>(server, 'GET /models/net/stats')
      return items[0]?.count === runsIn
    })
    const path = `GET /models/net/series?from=${to - 600_000}&to=${to}&step=120000` as const
    const series = await callApi<Series>(server, path)
    const points = series.items[0]?.points ?? []
    expect(points.reduce((sum, { count }) => sum + count, 0)).toBe(runsIn)
    for (const point of points) {
      expect(point.p50Us).toBeGreaterThan(100)
      expect(point.p95Us).toBeGreaterThan(point.p50Us!)
      expect(point.accuracy).toBeGreaterThan(0.7)
    }
    const none = await callApi<Series>(server, `${path}&select=site%3Delsewhere`)
    expect(none.items).toEqual([])
  })
})
