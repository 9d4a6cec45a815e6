import { trustedNow } from '../trust/tuf/trusted-time.js'
import { Hours, Minutes, Ms } from '../util/units.js'
import type { ReportedClock } from '../protocol/reported-state.js'
import type { DeviceHost } from './ports/host.js'

/** So far beyond the newest signed time a clock is believed without asking. */
const believedMs = Hours(48)
/** And so far behind: the server's clock and the network differ from ours by as much. */
const slackMs = Minutes(10)

/**
 * The time that expiry is judged by. The device's own clock may stand at 1970 or years ahead; signed
 * documents say what time it is at least, and the fleet, when it is asked, what time it is.
 */
export class TrustedClock {
  readonly #host: Pick<DeviceHost, 'clock' | 'builtAt'>
  #lastSigned: Ms
  #answer: { readonly now: Ms; readonly at: Ms } | undefined

  constructor(host: Pick<DeviceHost, 'clock' | 'builtAt'>, lastSigned: Ms) {
    this.#host = host
    this.#lastSigned = lastSigned
  }

  now(): Ms {
    return trustedNow(this.#nearest(), this.#evidence)
  }

  /** How far the trusted time is from the system's, and whose it is. */
  get reading(): ReportedClock {
    // Each is looked at once: while this is worked out time goes on.
    const system = this.#host.clock.now()
    const nearest = this.#nearest(system)
    const now = trustedNow(nearest, this.#evidence)
    const source = now > nearest ? 'signed' : nearest === system ? 'system' : 'fleet'
    return { offset: now - system, source }
  }

  /** The newest time that somebody trusted has signed. */
  get lastSigned(): Ms {
    return this.#lastSigned
  }

  /** A document with a good signature was made at `time`. */
  sawSigned(time: Ms): void {
    this.#lastSigned = Ms(Math.max(this.#lastSigned, time))
  }

  /** The fleet has just answered that it is `now`. */
  answered(now: Ms): void {
    this.#answer = { now, at: this.#host.clock.monotonic() }
    this.sawSigned(now)
  }

  /** Whether the clock contradicts signed times so far that the fleet should be asked. */
  isDoubtful(signed = Ms(0)): boolean {
    const { lastSigned, built } = this.#evidence
    const newest = Math.max(lastSigned, built, signed)
    const now = this.#nearest()
    return now < newest - slackMs || now > newest + believedMs
  }

  /** The system's clock, unless the fleet's answer shows it to be behind, or far ahead. */
  #nearest(system: Ms = this.#host.clock.now()): Ms {
    if (this.#answer === undefined) return system
    const elapsed = this.#host.clock.monotonic() - this.#answer.at
    // Monotonic time has fractions of a millisecond, and a report takes none.
    const answered = Ms(Math.floor(this.#answer.now + elapsed))
    return system < answered || system > answered + believedMs ? answered : system
  }

  get #evidence() {
    return { lastSigned: this.#lastSigned, built: this.#host.builtAt }
  }
}
