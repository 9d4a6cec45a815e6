import { describe, expect, it } from 'vitest'
import { reconcile } from '@kedge/shared/device/reconcile'
import {
  active,
  deployment,
  desiredOf,
  idle,
  noBars,
  one,
  recordOf,
  stepsOf,
  two,
  wanted,
  type Case,
} from '../../../support/reconcile-situations.js'

const cases: Record<string, Case> = {
  'takes a revoked release away, whatever is wanted': {
    record: { active: active(one), deployment: deployment(two, 'downloading') },
    running: one,
    bars: { revoked: [one.sha256] },
    wants: wanted(two),
    does: 'withdraw',
  },
  'takes a revoked release away with a desired state that has expired': {
    record: { active: active(one), deployment: deployment(one, 'active') },
    running: one,
    bars: { revoked: [one.sha256] },
    mayChange: false,
    wants: wanted(one),
    does: 'withdraw',
  },
  'keeps a release below the floor while there is nothing else': {
    record: { active: active(one, 4), deployment: deployment(one, 'active') },
    running: one,
    bars: { floor: { scale: 5 } },
    wants: wanted(one),
    does: undefined,
  },
  'starts a release below the floor while there is nothing else': {
    record: { active: active(one, 4), deployment: deployment(one, 'active') },
    bars: { floor: { scale: 5 } },
    wants: wanted(one),
    does: 'start',
  },
  'keeps a release below the floor when the one before is below it too': {
    record: { active: active(two, 4), previous: active(one, 3) },
    running: two,
    bars: { floor: { scale: 5 } },
    mayChange: false,
    wants: wanted(two),
    does: undefined,
  },
  'takes a release below the floor away for the one before that is not': {
    record: { active: active(one, 4), previous: active(two, 6) },
    running: one,
    bars: { floor: { scale: 5 } },
    wants: wanted(one),
    does: 'withdraw',
  },
  'keeps a release below the floor when the one before was revoked': {
    record: { active: active(one, 4), previous: active(two, 6) },
    running: one,
    bars: { floor: { scale: 5 }, revoked: [two.sha256] },
    mayChange: false,
    wants: wanted(one),
    does: undefined,
  },
  'keeps a release at the floor': {
    record: { active: active(one, 5), deployment: deployment(one, 'active') },
    running: one,
    bars: { floor: { scale: 5, other: 9 } },
    wants: wanted(one),
    does: undefined,
  },
  'never starts what is revoked': {
    record: { active: active(one), deployment: deployment(one, 'active') },
    bars: { revoked: [one.sha256] },
    wants: wanted(one),
    does: 'withdraw',
  },
  'ends a deployment that is revoked on its way': {
    record: { active: active(one), deployment: deployment(two, 'downloading') },
    running: one,
    bars: { revoked: [two.sha256] },
    wants: wanted(two),
    does: 'refuse',
  },
  'ends a deployment that has come to be below the floor': {
    record: { active: active(one), deployment: { ...deployment(two, 'probing'), counter: 2 } },
    running: one,
    bars: { floor: { scale: 3 } },
    wants: wanted(two),
    does: 'refuse',
  },
}

describe('reconcile, with what may not run', () => {
  it.each(Object.entries(cases))('%s', (_claim, { does, ...situation }) => {
    expect(stepsOf(situation).map(({ kind }) => kind)).toEqual(does ? [does] : [])
  })

  it('keeps of what was revoked and is no longer desired only the reason', () => {
    const bars = { ...noBars, revoked: [one.sha256] }
    const slots = { scale: { active: active(one) } }
    const current = { ...idle, record: recordOf(slots, bars) }
    const [step] = reconcile(desiredOf({}), current)
    expect(step).toMatchObject({ kind: 'drop', reason: { code: 'release-revoked' } })
    const withdrawn = { code: 'release-revoked', message: 'it was revoked' }
    const left = { ...current, record: recordOf({ scale: { withdrawn } }, bars) }
    expect(reconcile(desiredOf({}), left)).toEqual([])
  })
})
