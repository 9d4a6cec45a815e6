import { describe, expect, it } from 'vitest'
import { parseSelector } from '@kedge/shared/protocol/selector'
import { planSlots, type PlannedRollout } from '../../../fleet-server/src/devices/plan-slots.js'
import type { Device } from '../../../fleet-server/src/devices/device.js'

const rollout = (id: string, change: Partial<PlannedRollout> & { select?: string } = {}) => ({
  id,
  release: { model: 'load', version: '1.0.0', sha256: 'a'.repeat(64), length: 1 },
  selector: parseSelector(change.select ?? '*'),
  isPaused: false,
  ...change,
})

type Planned = Pick<Device, 'id' | 'kind' | 'labels' | 'desired' | 'reported'>

const device = (holds?: string, attempt = 0): Planned => ({
  id: 'd-1',
  kind: 'agent',
  labels: { site: 'berlin' },
  reported: null,
  desired: holds
    ? {
        seq: 1,
        issuedAt: 1,
        slots: {
          load: { release: rollout(holds).release, mode: 'active', rollout: holds, attempt },
        },
      }
    : null,
})

const decides = (
  of: Planned,
  rollouts: PlannedRollout[],
  attempts: ReadonlyMap<string, number> = new Map(),
) => planSlots(of, rollouts, attempts)['load']?.rollout

describe('plan of a device', () => {
  it('takes the newest rollout that selects it', () => {
    expect(decides(device(), [rollout('r-2'), rollout('r-1')])).toBe('r-2')
    expect(decides(device(), [rollout('r-2', { select: 'site=bonn' }), rollout('r-1')])).toBe('r-1')
    expect(decides(device(), [rollout('r-2', { select: 'site=bonn' })])).toBeUndefined()
  })

  it('selects by kind and id as by labels', () => {
    expect(decides(device(), [rollout('r-1', { select: 'kind=agent,id=d-1' })])).toBe('r-1')
    expect(decides(device(), [rollout('r-1', { select: 'kind=browser' })])).toBeUndefined()
  })

  it('lets a paused rollout keep what it has and take no more', () => {
    const paused = rollout('r-2', { isPaused: true })
    expect(decides(device('r-1'), [paused, rollout('r-1')])).toBe('r-1')
    expect(decides(device('r-2'), [paused, rollout('r-1')])).toBe('r-2')
    expect(decides(device(), [paused])).toBeUndefined()
  })

  it('counts an attempt more after a retry, but not while paused', () => {
    const attempts = new Map([['r-1', 2]])
    const attempt = (isPaused: boolean) =>
      planSlots(device('r-1', 1), [rollout('r-1', { isPaused })], attempts)['load']?.attempt
    expect(attempt(false)).toBe(2)
    expect(attempt(true)).toBe(1)
  })

  it('is the same document whatever the order of the rollouts of different models', () => {
    const other = rollout('r-9', {
      release: { model: 'gesture', version: '1.0.0', sha256: 'b'.repeat(64), length: 1 },
    })
    const plan = (rollouts: PlannedRollout[]) =>
      JSON.stringify(planSlots(device(), rollouts, new Map()))
    expect(plan([other, rollout('r-1')])).toBe(plan([rollout('r-1'), other]))
  })
})
