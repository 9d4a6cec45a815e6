import { describe, expect, it } from 'vitest'
import type { ReportedSlot } from '@kedge/shared/protocol/reported-state'
import type { Device } from '../../../../fleet-server/console/src/api/documents.js'
import { slotStandings } from '../../../../fleet-server/console/src/parts/slot-standing.js'

const release = (version: string) => ({
  model: 'gesture',
  version,
  sha256: version.replaceAll('.', '').padEnd(64, '0'),
  length: 1,
})
const running = (version: string) => ({
  running: { release: release(version), since: 1, provider: 'cpu', variant: 'float32' },
})
const deployment = (version: string, state: 'active' | 'failed' | 'downloading', attempt = 0) => ({
  deployment: { release: release(version), rollout: 'r', attempt, state, since: 1 },
})

function device(desired: string | undefined, reported: ReportedSlot | undefined): Device {
  const slot = { release: release(desired ?? '0.0.0'), mode: 'active' as const, rollout: 'r' }
  return {
    id: 'd-1',
    kind: 'agent',
    presence: 'online',
    presenceSince: 0,
    labels: {},
    enrolledAt: 0,
    publicKey: '',
    alarm: null,
    lastSeen: 0,
    desired: {
      seq: 1,
      issuedAt: 0,
      slots: desired === undefined ? {} : { gesture: { ...slot, attempt: 0 } },
    },
    reported:
      reported === undefined
        ? null
        : ({ slots: { gesture: reported } } as unknown as Device['reported']),
  }
}

describe('where a slot stands', () => {
  const newest = { ...running('1.0.0'), ...deployment('1.0.0', 'active') }
  const fetching = { ...running('1.0.0'), ...deployment('1.1.0', 'downloading') }
  const retried = { ...running('1.0.0'), ...deployment('1.1.0', 'failed', 9) }

  it.each([
    {
      when: 'nothing was reported yet',
      device: device('1.0.0', undefined),
      says: { word: 'waiting', running: undefined, target: '1.0.0' },
    },
    {
      when: 'it runs what it is to run',
      device: device('1.0.0', newest),
      says: { word: 'active', running: '1.0.0', target: '1.0.0' },
    },
    {
      when: 'another version is on its way',
      device: device('1.1.0', fetching),
      says: { word: 'downloading', running: '1.0.0', target: '1.1.0' },
    },
    {
      when: 'the device still tells of the deployment before',
      device: device('1.1.0', newest),
      says: { word: 'waiting', running: '1.0.0', target: '1.1.0' },
    },
    {
      when: 'a retry has not reached the device',
      device: device('1.1.0', retried),
      says: { word: 'waiting', running: '1.0.0', target: '1.1.0' },
    },
    {
      when: 'nothing is desired any more',
      device: device(undefined, running('1.0.0')),
      says: { word: 'leaving', running: '1.0.0', target: undefined },
    },
  ])('when $when', ({ device: subject, says }) => {
    expect(slotStandings(subject)).toMatchObject([{ model: 'gesture', ...says }])
  })
})
