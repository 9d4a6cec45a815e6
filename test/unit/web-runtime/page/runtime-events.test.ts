import { describe, expect, it } from 'vitest'
import type { Release } from '@kedge/shared/model/release'
import { eventsBetween, type Snapshot } from '../../../../web-runtime/src/page/runtime-events.js'

const empty: Snapshot = {
  state: { role: 'leading', online: true },
  versions: [],
  progress: [],
}
const serving = (digest: string, engine = 'wasm'): Snapshot => ({
  ...empty,
  versions: [
    {
      model: 'm',
      version: '1.0.0',
      digest,
      engine,
      engineReason: '',
      since: 1,
      release: {} as Release,
    },
  ],
})
const arriving = (done: number): Snapshot => ({
  ...empty,
  progress: [{ model: 'm', version: '1.0.0', phase: 'downloading', bytes: { done, total: 9 } }],
})

const names = (before: Snapshot, after: Snapshot) =>
  eventsBetween(before, after).map(({ name }) => name)

describe('runtime events', () => {
  it.each([
    ['are silent when nothing has changed', serving('a'), serving('a'), []],
    ['tell of a first version', empty, serving('a'), ['version']],
    ['tell of another release', serving('a'), serving('b'), ['version']],
    [
      'tell of another engine for the same release',
      serving('a'),
      serving('a', 'webgpu'),
      ['version'],
    ],
    ['tell of bytes that have arrived', arriving(1), arriving(2), ['progress']],
    ['say nothing of progress that has ended', arriving(9), empty, []],
    [
      'tell when the connection is lost',
      empty,
      { ...empty, state: { role: 'leading', online: false } },
      ['state'],
    ],
  ] as const)('%s', (_claim, before, after, expected) => {
    expect(names(before, after)).toEqual(expected)
  })
})
