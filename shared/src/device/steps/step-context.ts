import type { DesiredState } from '../../protocol/desired-state.js'
import type { TrustedKey } from '../../trust/dsse.js'
import type { SlotRecord } from '../device-record.js'
import type { InferenceService } from '../inference-service.js'
import type { DeviceHost } from '../ports/host.js'

/** What the executors of steps work with. */
export interface StepContext {
  readonly host: DeviceHost
  readonly service: InferenceService
  /** The accepted desired state, and the publishers it names. */
  readonly desired: DesiredState
  readonly publishers: readonly TrustedKey[]
  readonly slots: Readonly<Record<string, SlotRecord>>
  /** Bytes that have arrived of those a slot's deployment has to fetch. */
  progress(slot: string, done: number, total: number): void
}

/** A slot's record after a step; undefined when the slot is gone. */
export type StepResult = SlotRecord | undefined
