import type { Release } from '@kedge/shared/model/release'
import type { DeploymentState, Problem } from '@kedge/shared/protocol/reported-state'

export interface RuntimeState {
  /**
   * `leading`: this tab speaks for the device. `following`: another tab of this page does, and this
   * one runs what that one has fetched.
   */
  readonly role: 'starting' | 'leading' | 'following' | 'closed'
  /** Whether this tab has a connection to the broker. */
  readonly online: boolean
  /** The id of this browser in its fleet, once it has enrolled. */
  readonly device?: string
  /** What stands in the way, for instance a server that refuses this page. */
  readonly problem?: Problem
}

/** A verified version that answers `run` now. */
export interface ModelVersion {
  readonly model: string
  readonly version: string
  /** Digest of the signed release. */
  readonly digest: string
  readonly engine: string
  /** Why that engine runs it. */
  readonly engineReason: string
  /** When it began to answer, in milliseconds since the Unix epoch. */
  readonly since: number
  readonly release: Release
}

/** A version on its way. */
export interface ModelProgress {
  readonly model: string
  readonly version: string
  readonly phase: DeploymentState
  /** Bytes that have arrived, of those that have to be fetched; absent before that is known. */
  readonly bytes?: { readonly done: number; readonly total: number }
  /** Why it failed, or what it waits for. */
  readonly reason?: Problem
}

export interface RuntimeEvents {
  state: RuntimeState
  version: ModelVersion
  progress: ModelProgress
}

/** All that the events tell of, at one moment. */
export interface Snapshot {
  readonly state: RuntimeState
  readonly versions: readonly ModelVersion[]
  readonly progress: readonly ModelProgress[]
}

export type RuntimeEvent = {
  [Name in keyof RuntimeEvents]: { readonly name: Name; readonly value: RuntimeEvents[Name] }
}[keyof RuntimeEvents]

/** What listeners have not heard of yet. */
export function eventsBetween(before: Snapshot, after: Snapshot): RuntimeEvent[] {
  const events: RuntimeEvent[] = []
  if (!isSame(before.state, after.state)) events.push({ name: 'state', value: after.state })
  for (const value of after.progress) {
    const known = before.progress.find(({ model }) => model === value.model)
    if (!isSame(known, value)) events.push({ name: 'progress', value })
  }
  for (const value of after.versions) {
    const known = before.versions.find(({ model }) => model === value.model)
    if (known?.digest !== value.digest || known.engine !== value.engine) {
      events.push({ name: 'version', value })
    }
  }
  return events
}

/** Both are plain data that one function builds, so equal things have equal texts. */
const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
