import type { Deployment } from '@kedge/shared/device/deployment-machine'
import type { ReleaseBars, SlotRecord } from '@kedge/shared/device/device-record'
import { reconcile, type Current, type Step } from '@kedge/shared/device/reconcile'
import type { ReleaseRef } from '@kedge/shared/model/release'
import type { DesiredSlot, DesiredState } from '@kedge/shared/protocol/desired-state'
import type { DeploymentState } from '@kedge/shared/protocol/reported-state'

export const ref = (digit: string): ReleaseRef => ({
  model: 'scale',
  version: `${digit}.0.0`,
  sha256: digit.repeat(64),
  length: 1,
})
export const [one, two] = [ref('1'), ref('2')]

export const wanted = (release: ReleaseRef, attempt = 0): DesiredSlot => ({
  release,
  attempt,
  mode: 'active',
  rollout: 'r-1',
})

export const desiredOf = (slots: Record<string, DesiredSlot>): DesiredState => ({
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

export const deployment = (
  release: ReleaseRef,
  state: DeploymentState,
  attempt = 0,
): Deployment => ({
  release,
  rollout: 'r-1',
  attempt,
  state,
  since: 0,
  moves: 0,
})

export const active = (release: ReleaseRef, counter = 5) => ({
  release,
  since: 0,
  variant: 'float32',
  counter,
})

export const noBars: ReleaseBars = { epoch: 1, floor: {}, revoked: [] }
export const recordOf = (slots: Record<string, SlotRecord>, bars = noBars) => ({ slots, bars })

/** A slot, what is wanted of it, and the step that follows. */
export interface Case {
  readonly record: SlotRecord
  readonly running?: ReleaseRef
  readonly stuck?: boolean
  readonly bars?: Partial<ReleaseBars>
  readonly mayChange?: boolean
  readonly wants: DesiredSlot
  readonly does: Step['kind'] | undefined
}

/** What a device in this situation does next. */
export function stepsOf(situation: Omit<Case, 'does'>): Step[] {
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

export const idle = {
  running: new Map<string, string>(),
  stuck: new Set<string>(),
  mayChange: true,
  untidy: false,
}
