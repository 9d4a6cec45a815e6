import { expect, it } from 'vitest'
import type { Database } from '../../../fleet-server/src/db/schema.js'
import { DesiredStateRepository } from '../../../fleet-server/src/devices/desired-state-repository.js'
import { DeviceRepository } from '../../../fleet-server/src/devices/device-repository.js'
import { ReportRepository } from '../../../fleet-server/src/devices/report-repository.js'
import { RolloutRepository } from '../../../fleet-server/src/rollouts/rollout-repository.js'
import { countedReport } from '../../support/counted-report.js'
import { describeOnDatabases } from '../../support/databases.js'

const at = 1_790_000_000_000
const release = { model: 'load', version: '1.0.0', sha256: 'a'.repeat(64), length: 10 }
const running = { release, since: at, provider: 'cpu', variant: 'float32' }

const enrol = (db: Database, id: string) =>
  new DeviceRepository(db).enrol(
    { id, kind: 'agent', publicKey: 'k', labels: {}, enrolledAt: at },
    undefined,
  )

/** Has the device run the release that rollout `r-1` wants of it. */
const desire = (db: Database, device: string) => {
  const slot = { release, mode: 'active', rollout: 'r-1', attempt: 0 } as const
  const limits = { epoch: 1, minRootVersion: 1, floor: {}, revoked: [] }
  const content = { ...limits, slots: { load: slot }, config: { telemetryWindowS: 60 } }
  const envelope = { payloadType: 'p', payload: '', signatures: [] }
  const state = { seq: 5, issuedAt: at, expires: at + 1_000, content, envelope }
  return new DesiredStateRepository(db).save([{ device, previous: 0, state }])
}

describeOnDatabases('the repository of reports', (open) => {
  it('keeps the last as it was signed, and its place among the others', async () => {
    const { db } = await open()
    await enrol(db, 'd-1')
    const reports = new ReportRepository(db)
    expect(await reports.standing('d-1')).toEqual({ chain: undefined, quarantinedAt: null })
    expect(await reports.envelope('d-1')).toBeUndefined()
    const counted = countedReport('d-1', { load: { running } })
    expect(await reports.keep('d-1', counted, at + 1)).toBe(true)
    expect(await reports.envelope('d-1')).toEqual(counted.envelope)
    expect(await reports.standing('d-1')).toEqual({ chain: counted.chain, quarantinedAt: null })
    const found = { reported: counted.report, lastSeen: at + 1, alarm: null }
    expect(await new DeviceRepository(db).find('d-1')).toMatchObject(found)
  })

  it('knows nothing of devices that are not of the fleet, and keeps nothing of theirs', async () => {
    const { db } = await open()
    const reports = new ReportRepository(db)
    expect(await reports.standing('d-0')).toBeUndefined()
    expect(await reports.keep('d-0', countedReport('d-0', { load: { running } }), at)).toBe(false)
    expect(await reports.quarantine('d-0', at)).toBe(false)
    expect(await db.selectFrom('reportedSlot').selectAll().execute()).toEqual([])
  })

  it('counts nothing of a device in quarantine, from before or after', async () => {
    const { db } = await open()
    await enrol(db, 'd-1')
    await desire(db, 'd-1')
    const [reports, rollouts] = [new ReportRepository(db), new RolloutRepository(db)]
    const active = async () => (await rollouts.counts(['r-1'])).get('r-1')?.active
    const counted = countedReport('d-1', { load: { running } })
    await reports.keep('d-1', counted, at)
    expect(await active()).toBe(1)
    expect(await reports.quarantine('d-1', at + 5)).toBe(true)
    expect(await reports.quarantine('d-1', at + 6)).toBe(false)
    expect(await reports.keep('d-1', counted, at + 7)).toBe(false)
    expect(await active()).toBe(0)
    const alarm = { code: 'device-cloned', since: at + 5 }
    expect(await new DeviceRepository(db).find('d-1')).toMatchObject({ alarm })
    expect(await reports.envelope('d-1')).toEqual(counted.envelope)
  })
})
