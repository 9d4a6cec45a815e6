import { describe, expect, it } from 'vitest'
import type { Device, Rollout } from '../../../../fleet-server/console/src/api/documents.js'
import { planAbort } from '../../../../fleet-server/console/src/rooms/rollout/plan-abort.js'

const counts = { matched: 0, active: 0, working: 0, failed: 0, waiting: 0 }

const rollout = (id: string, facts: Partial<Rollout>): Rollout => ({
  id,
  name: id,
  model: 'gesture',
  version: '1.0.0',
  release: '0'.repeat(64),
  select: '*',
  state: 'running',
  createdAt: 1,
  counts,
  ...facts,
})

const decidedBy = (rolloutId: string, labels: Record<string, string>): Device => ({
  id: 'd-1',
  kind: 'agent',
  presence: 'online',
  presenceSince: 0,
  labels,
  enrolledAt: 0,
  publicKey: '',
  alarm: null,
  lastSeen: 0,
  reported: null,
  desired: {
    seq: 1,
    issuedAt: 0,
    slots: {
      gesture: {
        release: { model: 'gesture', version: '2.0.0', sha256: '0'.repeat(64), length: 1 },
        mode: 'active',
        rollout: rolloutId,
        attempt: 0,
      },
    },
  },
})

const newest = rollout('r-3', { version: '2.0.0', createdAt: 3 })
const berlin = decidedBy('r-3', { site: 'berlin' })
const bonn = decidedBy('r-3', { site: 'bonn' })

describe('what an abort does', () => {
  it('sends each device back to the newest other rollout that selects it', () => {
    const others = [
      rollout('r-1', { version: '1.0.0', createdAt: 1 }),
      rollout('r-2', { version: '1.0.1', createdAt: 2, select: 'site=berlin' }),
    ]
    expect(planAbort(newest, [...others, newest], [berlin, berlin, bonn])).toEqual([
      { version: '1.0.1', devices: 2 },
      { version: '1.0.0', devices: 1 },
    ])
  })

  it('passes over aborted and paused rollouts and those of other models', () => {
    const others = [
      rollout('r-0', { version: '1.0.0', createdAt: 0, state: 'superseded' }),
      rollout('r-1', { version: '1.1.0', createdAt: 1, state: 'aborted' }),
      rollout('r-2', { version: '1.2.0', createdAt: 2, state: 'paused' }),
      rollout('r-9', { version: '7.0.0', createdAt: 2, model: 'another' }),
    ]
    expect(planAbort(newest, others, [bonn])).toEqual([{ version: '1.0.0', devices: 1 }])
  })

  it('selects by the kind of a device as the server does', () => {
    const others = [rollout('r-2', { version: '1.0.1', select: 'kind=browser' })]
    expect(planAbort(newest, others, [bonn])).toEqual([{ version: null, devices: 1 }])
  })

  it('leaves devices alone that another rollout decides for', () => {
    expect(planAbort(newest, [], [decidedBy('r-2', {})])).toEqual([])
  })
})
