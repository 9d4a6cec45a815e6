import { describe, expect, it } from 'vitest'
import { reconcile, type Step } from '@kedge/shared/device/reconcile'
import type { DeploymentState } from '@kedge/shared/protocol/reported-state'
import {
  active,
  deployment,
  desiredOf,
  idle,
  one,
  recordOf,
  ref,
  stepsOf,
  two,
  wanted,
  type Case,
} from '../../../support/reconcile-situations.js'

const cases: Record<string, Case> = {
  'begins what it does not have': { record: {}, wants: wanted(one), does: 'begin' },
  'starts what it served before, after a power cut': {
    record: { active: active(one), deployment: deployment(one, 'active') },
    wants: wanted(one),
    does: 'start',
  },
  'starts the old version first when a newer one is on its way': {
    record: { active: active(one), deployment: deployment(two, 'downloading') },
    wants: wanted(two),
    does: 'start',
  },
  'goes on with the newer version when the old one cannot be started': {
    record: { active: active(one), deployment: deployment(two, 'downloading') },
    stuck: true,
    wants: wanted(two),
    does: 'download',
  },
  'tries the old version again when the newer one has failed': {
    record: { active: active(one), deployment: deployment(two, 'failed') },
    stuck: true,
    wants: wanted(two),
    does: 'start',
  },
  'tries a version that cannot be started again when nothing else is wanted': {
    record: { active: active(one), deployment: deployment(one, 'active') },
    stuck: true,
    wants: wanted(one),
    does: 'start',
  },
  'has nothing to do when it is as desired': {
    record: { active: active(one), deployment: deployment(one, 'active') },
    running: one,
    wants: wanted(one),
    does: undefined,
  },
  'begins a newer version beside the one that runs': {
    record: { active: active(one), deployment: deployment(one, 'active') },
    running: one,
    wants: wanted(two),
    does: 'begin',
  },
  'lets a deployment go for a newer desired state': {
    record: { active: active(one), deployment: deployment(ref('3'), 'probing') },
    running: one,
    wants: wanted(two),
    does: 'begin',
  },
  'settles when the fleet turns back to what still runs': {
    record: { active: active(one), deployment: deployment(two, 'downloading') },
    running: one,
    wants: wanted(one),
    does: 'settle',
  },
  'leaves a failed deployment until somebody retries it': {
    record: { active: active(one), deployment: deployment(two, 'failed', 3) },
    running: one,
    wants: wanted(two, 3),
    does: undefined,
  },
  'begins again when somebody retries': {
    record: { active: active(one), deployment: deployment(two, 'failed', 3) },
    running: one,
    wants: wanted(two, 4),
    does: 'begin',
  },
  'begins again when a new rollout names what failed before': {
    record: { active: active(one), deployment: deployment(two, 'failed') },
    running: one,
    wants: { ...wanted(two), rollout: 'r-2' },
    does: 'begin',
  },
  'says for which rollout it runs what it runs': {
    record: { active: active(one), deployment: deployment(one, 'active') },
    running: one,
    wants: { ...wanted(one), rollout: 'r-2' },
    does: 'settle',
  },
  'has nothing to gain from a retry of what runs': {
    record: { active: active(two), deployment: deployment(two, 'active', 0) },
    running: two,
    wants: wanted(two, 1),
    does: 'settle',
  },
  'starts what it served with a desired state that has expired': {
    record: { active: active(one), deployment: deployment(one, 'active') },
    mayChange: false,
    wants: wanted(one),
    does: 'start',
  },
  'begins nothing with a desired state that has expired': {
    record: { active: active(one), deployment: deployment(one, 'active') },
    running: one,
    mayChange: false,
    wants: wanted(two),
    does: undefined,
  },
  'does not go on with a deployment after its desired state has expired': {
    record: { active: active(one), deployment: deployment(two, 'switching') },
    running: one,
    mayChange: false,
    wants: wanted(two),
    does: undefined,
  },
  'deploys again what a fallback serves in the place of': {
    record: { active: active(one), deployment: deployment(two, 'active') },
    running: one,
    wants: wanted(two),
    does: 'begin',
  },
  'deploys again what it has lost since it was switched to': {
    record: { deployment: deployment(one, 'active') },
    wants: wanted(one),
    does: 'begin',
  },
}

describe('reconcile', () => {
  it.each(Object.entries(cases))('%s', (_claim, { does, ...situation }) => {
    expect(stepsOf(situation).map(({ kind }) => kind)).toEqual(does ? [does] : [])
  })

  it.each<[DeploymentState, Step['kind'] | undefined]>([
    ['resolving', 'resolve'],
    ['downloading', 'download'],
    ['verifying', 'verify'],
    ['probing', 'probe'],
    ['switching', 'switch'],
    ['failed', undefined],
  ])('a deployment that is %s goes on with %s', (state, kind) => {
    const record = { active: active(one), deployment: deployment(two, state) }
    const steps = stepsOf({ record, running: one, wants: wanted(two) })
    expect(steps.map((step) => step.kind)).toEqual(kind ? [kind] : [])
  })

  it('serves what was verified while no desired state is in force, and changes nothing', () => {
    const record = recordOf({
      scale: { active: active(one), deployment: deployment(two, 'downloading') },
    })
    const current = { ...idle, record }
    expect(reconcile(undefined, current)).toEqual([{ kind: 'start', slot: 'scale' }])
    const running = new Map([['scale', one.sha256]])
    expect(reconcile(undefined, { ...current, running })).toEqual([])
  })

  it('drops what is no longer desired, and tidies up only when there is nothing else to do', () => {
    const current = {
      ...idle,
      record: recordOf({ scale: { active: active(one) } }),
      running: new Map([['scale', one.sha256]]),
      untidy: true,
    }
    expect(reconcile(desiredOf({}), current)).toEqual([{ kind: 'drop', slot: 'scale' }])
    const empty = { ...current, record: recordOf({}), running: new Map() }
    expect(reconcile(desiredOf({}), empty)).toEqual([{ kind: 'prune' }])
    expect(reconcile(desiredOf({}), { ...empty, untidy: false })).toEqual([])
  })

  it('knows a model whose name every object has', () => {
    const current = { ...idle, record: recordOf({}) }
    const kinds = (steps: Step[]) => steps.map(({ kind }) => kind)
    expect(kinds(reconcile(desiredOf({ constructor: wanted(one) }), current))).toEqual(['begin'])
    const record = recordOf({ constructor: { active: active(one) } })
    expect(kinds(reconcile(desiredOf({}), { ...current, record }))).toEqual(['drop'])
  })

  it('works on all slots side by side', () => {
    const current = {
      ...idle,
      record: recordOf({ a: { deployment: deployment(one, 'downloading') }, b: {} }),
      untidy: true,
    }
    const steps = reconcile(desiredOf({ a: wanted(one), c: wanted(two) }), current)
    expect(steps).toMatchObject([
      { kind: 'download', slot: 'a' },
      { kind: 'drop', slot: 'b' },
      { kind: 'begin', slot: 'c' },
    ])
  })
})
