import type { ReleaseRef } from '../../model/release.js'
import type { ReleaseBars, SlotRecord } from '../device-record.js'
import type { InferenceService } from '../inference-service.js'
import type { DeviceHost } from '../ports/host.js'

/** What the executors of steps work with. */
export interface StepContext {
  readonly host: DeviceHost
  readonly service: InferenceService
  readonly bars: ReleaseBars
  /** Steps 6 and 7 of the acceptance order; gives the publisher's count of the release. */
  readonly vouch: (release: ReleaseRef) => Promise<number>
  readonly slots: Readonly<Record<string, SlotRecord>>
  /** Bytes that have arrived of those a slot's deployment has to fetch. */
  progress(slot: string, done: number, total: number): void
}

/** A slot's record after a step; undefined when the slot is gone. */
export type StepResult = SlotRecord | undefined
