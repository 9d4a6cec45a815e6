import { expect, it } from 'vitest'
import type { ReportedState } from '@kedge/shared/protocol/reported-state'
import type { SequencedWindow } from '@kedge/shared/protocol/telemetry'
import type { Release } from '@kedge/shared/model/release'
import {
  DesiredStateRepository,
  type IssuedState,
} from '../../../fleet-server/src/devices/desired-state-repository.js'
import { DeviceRepository } from '../../../fleet-server/src/devices/device-repository.js'
import { EnrolmentTokenRepository } from '../../../fleet-server/src/devices/enrolment-token-repository.js'
import { ReportRepository } from '../../../fleet-server/src/devices/report-repository.js'
import { ReleaseRepository } from '../../../fleet-server/src/models/release-repository.js'
import { RolloutRepository } from '../../../fleet-server/src/rollouts/rollout-repository.js'
import { TelemetryRepository } from '../../../fleet-server/src/telemetry/telemetry-repository.js'
import { migrate } from '../../../fleet-server/src/db/migrate.js'
import { countedReport } from '../../support/counted-report.js'
import { describeOnDatabases } from '../../support/databases.js'

const at = 1_790_000_000_000
const sha = (digit: string) => digit.repeat(64)

const newDevice = (id: string) => ({
  id,
  kind: 'agent' as const,
  publicKey: 'k',
  labels: { site: 'berlin' },
  enrolledAt: at,
})

const ref = (digit: string, version = '1.0.0') => ({
  model: 'load',
  version,
  sha256: sha(digit),
  length: 10,
})

const slot = (rollout: string, digit: string, attempt = 0) => ({
  release: ref(digit),
  mode: 'active' as const,
  rollout,
  attempt,
})

const stateOf = (seq: number, slots: Record<string, ReturnType<typeof slot>>) => ({
  seq,
  issuedAt: at,
  expires: at + 1_000,
  content: {
    epoch: 1,
    minRootVersion: 1,
    slots,
    floor: {},
    revoked: [],
    config: { telemetryWindowS: 60 },
  },
  envelope: { payloadType: 't', payload: 'p', signatures: [] },
})

const releaseOf = (version: string, digit: string) => ({
  ...ref(digit, version),
  createdAt: at + Number(version.replaceAll('.', '')),
  counter: Number(version.replaceAll('.', '')),
  publisher: { id: 'p', name: 'ann' },
  modelBytes: 100,
  chunks: 2,
  manifest: { model: 'load', version } as unknown as Release,
})

const windowOf = (seq: number, from = at): SequencedWindow => ({
  seq,
  model: 'load',
  version: '1.0.0',
  release: sha('a'),
  provider: 'cpu',
  from,
  to: from + 60_000,
  count: 10,
  errors: { 'inference-failed': 1 },
  latency: [40, 10],
  outputs: {},
  score: { kind: 'value', count: 2, sumAbsolute: 1, sumSquared: 0.5 },
})

describeOnDatabases('repositories', (open) => {
  it('bring a database up to date only once', async () => {
    const { db } = await open()
    await migrate(db)
    expect(await new DeviceRepository(db).counts()).toEqual({ devices: 0, online: 0 })
  })

  it('enrol a device and take one use of its token, until none is left', async () => {
    const { db } = await open()
    const devices = new DeviceRepository(db)
    const tokens = new EnrolmentTokenRepository(db)
    const times = { createdAt: at, expires: at + 1 }
    const policy = { labels: {}, kind: 'agent', approve: false } as const
    const token = { id: 't-1', ...times, ...policy, uses: 1, usesLeft: 1 }
    await tokens.add(token, 'hash')
    expect(await devices.enrol(newDevice('d-1'), 't-1')).toBe('enrolled')
    expect(await devices.enrol(newDevice('d-1'), 't-1')).toBe('known')
    expect(await devices.enrol(newDevice('d-2'), 't-1')).toBe('spent')
    expect(await devices.ids('', 10)).toEqual(['d-1'])
    expect((await tokens.findBySecretHash('hash'))?.usesLeft).toBe(0)
  })

  it('give times and counts back as numbers and labels as they were', async () => {
    const { db } = await open()
    const devices = new DeviceRepository(db)
    await devices.enrol(newDevice('d-1'), undefined)
    await devices.setPresence('d-1', 'online', at + 5)
    expect(await devices.find('d-1')).toEqual({
      id: 'd-1',
      kind: 'agent',
      labels: { site: 'berlin' },
      enrolledAt: at,
      presence: 'online',
      presenceSince: at + 5,
      lastSeen: at + 5,
      publicKey: 'k',
      alarm: null,
      desired: null,
      reported: null,
    })
    expect(await devices.counts()).toEqual({ devices: 1, online: 1 })
    await devices.setAllOffline(at + 9)
    expect(await devices.find('d-1')).toMatchObject({ presence: 'offline', presenceSince: at + 9 })
  })

  it('replace a desired state only by the one who knew the last', async () => {
    const { db } = await open()
    const devices = new DeviceRepository(db)
    const desired = new DesiredStateRepository(db)
    await devices.enrol(newDevice('d-1'), undefined)
    await devices.enrol(newDevice('d-2'), undefined)
    const save = async (...changes: [device: string, previous: number, state: IssuedState][]) => [
      ...(await desired.save(
        changes.map(([device, previous, state]) => ({ device, previous, state })),
      )),
    ]
    const first = stateOf(5, { load: slot('r-1', 'a') })
    expect(await save(['d-1', 0, first], ['d-unknown', 0, first])).toEqual(['d-1'])
    expect(await save(['d-1', 0, stateOf(6, {})], ['d-2', 0, first])).toEqual(['d-2'])
    expect(await save(['d-1', 5, stateOf(7, {})], ['d-2', 4, stateOf(8, {})])).toEqual(['d-1'])
    expect(await save(['d-2', 5, stateOf(9, {})], ['d-1', 7, stateOf(9, {})])).toHaveLength(2)
    expect(await save()).toEqual([])
    expect(await desired.find('d-1')).toEqual(stateOf(9, {}))
    expect(await desired.findMany(['d-1', 'd-2', 'd-unknown'])).toEqual(
      new Map([
        ['d-1', stateOf(9, {})],
        ['d-2', stateOf(9, {})],
      ]),
    )
  })

  it('forget everything about a removed device but its sums', async () => {
    const { db } = await open()
    const devices = new DeviceRepository(db)
    const desired = new DesiredStateRepository(db)
    await devices.enrol(newDevice('d-1'), undefined)
    await desired.save([
      { device: 'd-1', previous: 0, state: stateOf(5, { load: slot('r-1', 'a') }) },
    ])
    expect(await devices.remove('d-1')).toBe(true)
    expect(await devices.remove('d-1')).toBe(false)
    expect(await desired.find('d-1')).toBeUndefined()
  })

  it('count the new bytes of a release, and never change a version', async () => {
    const { db } = await open()
    const releases = new ReleaseRepository(db)
    const [a, b, c] = ['a', 'b', 'c'].map((digit) => ({ sha256: sha(digit), length: 50 }))
    expect(await releases.add(releaseOf('1.0.0', '1'), [a!, b!])).toEqual({ stored: sha('1') })
    expect(await releases.add(releaseOf('1.0.1', '2'), [a!, c!, c!])).toEqual({ stored: sha('2') })
    expect(await releases.add(releaseOf('1.0.0', '3'), [c!])).toEqual({ stored: sha('1') })
    const listed = await releases.list('load')
    expect(listed.map(({ version, newBytes }) => [version, newBytes])).toEqual([
      ['1.0.1', 50],
      ['1.0.0', 100],
    ])
    expect(await releases.models('', 10)).toEqual([
      { name: 'load', createdAt: at + 100, latest: '1.0.1', releases: 2, floor: 0, runningOn: 0 },
    ])
  })

  it('count where the devices of a rollout stand, by their last word on this very attempt', async () => {
    const { db } = await open()
    const devices = new DeviceRepository(db)
    const desired = new DesiredStateRepository(db)
    const reports = new ReportRepository(db)
    const rollouts = new RolloutRepository(db)
    const deployment = (state: 'failed' | 'downloading', attempt = 0) => ({
      release: ref('a'),
      rollout: 'r-1',
      attempt,
      state,
      since: at,
      ...(state === 'failed' ? { reason: { code: 'probe-failed', message: 'no' } } : {}),
      ...(state === 'downloading' ? { progress: { done: 1, total: 2 } } : {}),
    })
    const running = { release: ref('a'), since: at, provider: 'cpu', variant: 'float32' }
    const said: Record<string, ReportedState['slots']> = {
      'd-active': { load: { running } },
      'd-failed': { load: { deployment: deployment('failed') } },
      'd-working': { load: { deployment: deployment('downloading') } },
      'd-waiting': { load: { deployment: { ...deployment('failed'), rollout: 'r-0' } } },
      'd-silent': {},
    }
    for (const [id, slots] of Object.entries(said)) {
      await devices.enrol(newDevice(id), undefined)
      await desired.save([
        { device: id, previous: 0, state: stateOf(5, { load: slot('r-1', 'a') }) },
      ])
      expect(await reports.keep(id, countedReport(id, slots), at)).toBe(true)
    }
    const stored = await rollouts.add(
      {
        id: 'r-1',
        name: 'first',
        model: 'load',
        version: '1.0.0',
        release: sha('a'),
        releaseLength: 10,
        selector: '*',
        state: 'running',
      },
      at,
    )
    expect(stored.createdAt).toBe(at)
    const counts = { matched: 5, active: 1, working: 1, failed: 1, waiting: 2 }
    expect((await rollouts.counts(['r-1', 'r-2'])).get('r-1')).toEqual(counts)
    const page = await rollouts.devices('r-1', { states: ['failed'], after: '', limit: 9 })
    expect(page).toEqual([
      {
        device: 'd-failed',
        presence: 'offline',
        state: 'failed',
        since: at,
        reason: { code: 'probe-failed', message: 'no' },
      },
    ])
    expect(await rollouts.retryFailed('r-1')).toEqual(['d-failed'])
    expect(await rollouts.attempts(['d-failed', 'd-other'])).toEqual(
      new Map([['d-failed', new Map([['r-1', 1]])]]),
    )
    expect((await new ReleaseRepository(db).list('load')).length).toBe(0)
  })

  it('order rollouts that are made in the same millisecond', async () => {
    const { db } = await open()
    const rollouts = new RolloutRepository(db)
    const make = (id: string) => ({
      id,
      name: id,
      model: 'load',
      version: '1.0.0',
      release: sha('a'),
      releaseLength: 1,
      selector: '*',
      state: 'running' as const,
    })
    for (const id of ['r-1', 'r-2', 'r-3']) await rollouts.add(make(id), at)
    await rollouts.setState('r-2', 'aborted')
    expect((await rollouts.effective()).map(({ id }) => id)).toEqual(['r-3', 'r-1'])
    expect((await rollouts.list(at + 2, 10)).map(({ id }) => id)).toEqual(['r-2', 'r-1'])
  })

  it('store each telemetry window once, whatever is sent again', async () => {
    const { db } = await open()
    const telemetry = new TelemetryRepository(db)
    const batch = (...seqs: number[]) => ({
      device: 'd-1',
      stream: '0123456789abcdef',
      windows: seqs.map((seq) => windowOf(seq)),
      dropped: {},
      receivedAt: at,
    })
    expect(await telemetry.store(batch(1, 2))).toEqual({ stored: 2, upTo: 2 })
    expect(await telemetry.store(batch(1, 2, 3))).toEqual({ stored: 1, upTo: 3 })
    // 4 has not arrived: acknowledging 5 would make the device forget it.
    expect(await telemetry.store(batch(5))).toEqual({ stored: 1, upTo: 3 })
    expect(await telemetry.store(batch(4))).toEqual({ stored: 1, upTo: 5 })
    const [total] = await telemetry.totals('load')
    expect(total?.sums).toMatchObject({
      count: 50,
      errors: { 'inference-failed': 5 },
      latency: [40, 50],
      score: { kind: 'value', count: 10, sumAbsolute: 5, sumSquared: 2.5 },
    })
    const buckets = await telemetry.buckets({ model: 'load', from: 0, to: at * 2 })
    expect(buckets.map(({ sums }) => sums.count)).toEqual([50])
  })
})
