import type { Release, ReleaseRef } from '../model/release.js'
import type { Runner } from './ports/inference.js'

/** A release that a runner has loaded. */
export interface LoadedRelease {
  readonly ref: ReleaseRef
  readonly release: Release
  readonly variant: string
  readonly runner: Runner
}
