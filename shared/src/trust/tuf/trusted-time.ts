import type { Ms } from '../../util/units.js'

/** What a device knows of the time besides its clock. */
export interface TimeEvidence {
  /** The newest time in a document whose signature was good; kept across restarts. */
  readonly lastSigned: Ms
  /** When this program was built; no true time is earlier. */
  readonly built: Ms
}

/**
 * The time that expiry is judged by: a clock that is behind cannot make expired metadata fresh.
 * Gates changes only; inference does not ask for the time.
 */
export const trustedNow = (system: Ms, evidence: TimeEvidence): Ms =>
  Math.max(system, evidence.lastSigned, evidence.built) as Ms
