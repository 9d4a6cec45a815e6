import type { Ms } from '../../util/units.js'

/** What a host did since the sample before. */
export interface HostSample {
  /** When the sample was taken. */
  readonly at: Ms
  /** Share of all processor time that was busy, 0 to 1. */
  readonly cpu: number
  /** Share of the memory in use, 0 to 1. */
  readonly memory: number
  /** Bytes sent and received a second. */
  readonly network: number
  /** Bytes read and written a second. */
  readonly disk: number
}
