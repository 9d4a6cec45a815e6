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
  it.each<[string, Device, string, string | undefined, string | undefined]>([
    ['nothing was reported yet', device('1.0.0', undefined), 'waiting', undefined, '1.0.0'],
    [
      'it runs what it is to run',
      device('1.0.0', { ...running('1.0.0'), ...deployment('1.0.0', 'active') }),
      'active',
      '1.0.0',
      '1.0.0',
    ],
    [
      'another version is on its way',
      device('1.1.0', { ...running('1.0.0'), ...deployment('1.1.0', 'downloading') }),
      'downloading',
      '1.0.0',
      '1.1.0',
    ],
    [
      'the device still tells of the deployment before',
      device('1.1.0', { ...running('1.0.0'), ...deployment('1.0.0', 'active') }),
      'waiting',
      '1.0.0',
      '1.1.0',
    ],
    [
      'a retry has not reached the device',
      device('1.1.0', { ...running('1.0.0'), ...deployment('1.1.0', 'failed', 9) }),
      'waiting',
      '1.0.0',
      '1.1.0',
    ],
    [
      'nothing is desired any more',
      device(undefined, running('1.0.0')),
      'leaving',
      '1.0.0',
      undefined,
    ],
  ])('when %s', (_, subject, word, runs, target) => {
    expect(slotStandings(subject)).toMatchObject([
      { model: 'gesture', word, running: runs, target },
    ])
  })
})
