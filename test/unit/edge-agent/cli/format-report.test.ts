import { describe, expect, it } from 'vitest'
import type { AgentReport } from '../../../../edge-agent/src/cli/agent-report.js'
import { formatReport } from '../../../../edge-agent/src/cli/format-report.js'

const running: AgentReport = {
  device: 'd-1',
  fleet: 'f-1',
  broker: 'mqtts://fleet.example:8883',
  agent: 'running',
  online: true,
  rootVersion: 3,
  trustedTime: { now: Date.UTC(2026, 0, 2), source: 'fleet' },
  stale: false,
  models: [],
  problems: [],
}

describe('status for people', () => {
  it('says which root is trusted, what time it is, and that nothing has expired', () => {
    const text = formatReport(running)
    expect(text).toMatch(/^root +version 3$/m)
    expect(text).toMatch(/^time +2026-01-02T00:00:00\.000Z, as the fleet has answered$/m)
    expect(text).toMatch(/^trust +fresh$/m)
  })

  it('says since when the device is stale', () => {
    const text = formatReport({ ...running, stale: true, staleSince: Date.UTC(2026, 0, 1) })
    expect(text).toMatch(/^trust +stale since 2026-01-01T00:00:00\.000Z: it infers on/m)
  })

  it('says by its code why a release waits or failed, and what is wrong with the device', () => {
    const reason = { code: 'wrong-class', message: 'it is made for others' }
    const deployment = { version: '2.0.0', state: 'failed', since: 0, reason } as const
    const problems = [{ code: 'sequence-stale', message: 'an old one came' }]
    const text = formatReport({ ...running, models: [{ model: 'm', deployment }], problems })
    expect(text).toMatch(/2\.0\.0 failed, wrong-class: it is made for others/)
    expect(text).toMatch(/^problem +sequence-stale: an old one came$/m)
  })

  it('claims nothing of the sort while the agent does not run', () => {
    const { rootVersion: _root, trustedTime: _time, stale: _stale, ...rest } = running
    expect(formatReport({ ...rest, agent: 'stopped' })).not.toMatch(/^(root|time|trust) /m)
  })
})
