import { describe, expect, it } from 'vitest'
import type { Deployment } from '@kedge/shared/device/deployment-machine'
import type { ReleaseBars, SlotRecord } from '@kedge/shared/device/device-record'
import { reconcile, type Current, type Step } from '@kedge/shared/device/reconcile'
import type { ReleaseRef } from '@kedge/shared/model/release'
import type { DesiredSlot, DesiredState } from '@kedge/shared/protocol/desired-state'
import type { DeploymentState } from '@kedge/shared/protocol/reported-state'

const ref = (digit: string): ReleaseRef => ({
  model: 'scale',
  version: `${digit}.0.0`,
  sha256: digit.repeat(64),
  length: 1,
})
const [one, two] = [ref('1'), ref('2')]

const wanted = (release: ReleaseRef, attempt = 0): DesiredSlot => ({
  release,
  attempt,
  mode: 'active',
  rollout: 'r-1',
})

const desiredOf = (slots: Record<string, DesiredSlot>): DesiredState => ({
  v: 1,
  fleet: 'f',
  device: 'd-1',
  epoch: 1,
  seq: 1,
  issuedAt: 0,
  expires: 0,
  minRootVersion: 1,
  slots,
  floor: {},
  revoked: [],
  config: { telemetryWindowS: 60 },
})

const deployment = (release: ReleaseRef, state: DeploymentState, attempt = 0): Deployment => ({
  release,
  rollout: 'r-1',
  attempt,
  state,
  since: 0,
  moves: 0,
})

const active = (release: ReleaseRef, counter = 5) => ({
  release,
  since: 0,
  variant: 'float32',
  counter,
})

const noBars: ReleaseBars = { epoch: 1, floor: {}, revoked: [] }
const recordOf = (slots: Record<string, SlotRecord>, bars = noBars) => ({ slots, bars })

interface Case {
  readonly record: SlotRecord
  readonly running?: ReleaseRef
  readonly stuck?: boolean
  readonly bars?: Partial<ReleaseBars>
  readonly mayChange?: boolean
  readonly wants: DesiredSlot
  readonly does: Step['kind'] | undefined
}

function stepsOf(situation: Omit<Case, 'does'>): Step[] {
  const { record, running, stuck, bars, mayChange = true, wants } = situation
  const current: Current = {
    record: recordOf({ scale: record }, { ...noBars, ...bars }),
    mayChange,
    running: new Map(running ? [['scale', running.sha256]] : []),
    stuck: new Set(stuck ? ['scale'] : []),
    untidy: false,
  }
  return reconcile(desiredOf({ scale: wants }), current)
}

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
  'takes a release below the floor away': {
    record: { active: active(one, 4), deployment: deployment(one, 'active') },
    running: one,
    bars: { floor: { scale: 5 } },
    wants: wanted(one),
    does: 'withdraw',
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

const idle = {
  running: new Map<string, string>(),
  stuck: new Set<string>(),
  mayChange: true,
  untidy: false,
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
