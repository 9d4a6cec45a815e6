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

const offline: Snapshot = { ...empty, state: { role: 'leading', online: false } }

const cases = [
  { claim: 'are silent when nothing has changed', from: serving('a'), to: serving('a'), tell: [] },
  { claim: 'tell of a first version', from: empty, to: serving('a'), tell: ['version'] },
  { claim: 'tell of another release', from: serving('a'), to: serving('b'), tell: ['version'] },
  {
    claim: 'tell of another engine for the same release',
    from: serving('a'),
    to: serving('a', 'webgpu'),
    tell: ['version'],
  },
  { claim: 'tell of bytes that arrived', from: arriving(1), to: arriving(2), tell: ['progress'] },
  { claim: 'say nothing of progress that has ended', from: arriving(9), to: empty, tell: [] },
  { claim: 'tell when the connection is lost', from: empty, to: offline, tell: ['state'] },
]

describe('runtime events', () => {
  it.each(cases)('$claim', ({ from, to, tell }) => {
    expect(names(from, to)).toEqual(tell)
  })
})
