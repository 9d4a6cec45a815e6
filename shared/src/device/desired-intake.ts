import { KedgeError } from '../errors/kedge-error.js'
import { TrustError } from '../errors/trust-error.js'
import type { Enrolment } from '../protocol/enrolment.js'
import type { Problem } from '../protocol/reported-state.js'
import type { Envelope, Quorum } from '../trust/dsse.js'
import { Exclusive } from '../util/exclusive.js'
import { Ms, Seconds } from '../util/units.js'
import {
  checkAddressee,
  checkEpoch,
  checkPlace,
  checkTimes,
  isAboutTime,
  openDesired,
  type AcceptedState,
} from './desired-checks.js'
import type { DesiredState } from '../protocol/desired-state.js'
import type { DeviceTrust } from './device-trust.js'
import type { DeviceHost } from './ports/host.js'
import { toProblem } from './problem.js'
import type { RecordKeeper } from './record-keeper.js'
import type { TrustedClock } from './trusted-clock.js'

export interface IntakeParts {
  readonly host: DeviceHost
  readonly enrolment: Enrolment
  readonly keeper: RecordKeeper
  readonly clock: TrustedClock
  readonly trust: DeviceTrust
  readonly askTime: () => Promise<void>
  /** What is in force. */
  readonly accepted: () => AcceptedState | undefined
  /** Puts it in force; durable when it resolves. */
  readonly take: (accepted: AcceptedState) => Promise<void>
}

/** A broker may send faster than signatures can be checked; more than so many do not wait. */
const maxWaiting = 8
/** After the next root was asked for in vain it is not asked for again so soon. */
const rootPause = Seconds(60)

/** The door for desired states: the acceptance order of TRUST.md, up to what is written down. */
export class DesiredIntake {
  readonly #parts: IntakeParts
  readonly #arrivals = new Exclusive()
  #waiting = 0
  #noRootUntil = 0
  /** Why the last desired state was refused. */
  refusal: Problem | undefined
  /** The last desired state, when it was refused for something that can pass. */
  deferred: Envelope | undefined

  constructor(parts: IntakeParts) {
    this.#parts = parts
  }

  /** True when it changed what is desired. */
  async offer(envelope: Envelope): Promise<boolean> {
    if (this.#waiting >= maxWaiting) return false
    this.#waiting += 1
    try {
      return await this.#arrivals.run(() => this.#accept(envelope))
    } finally {
      this.#waiting -= 1
    }
  }

  /** Resolves when everything that was offered has been looked at. */
  idle(): Promise<void> {
    return this.#arrivals.idle()
  }

  async #accept(envelope: Envelope): Promise<boolean> {
    this.deferred = undefined
    try {
      const isNew = await this.#admit(envelope)
      this.refusal = undefined
      return isNew
    } catch (error) {
      this.refusal = toProblem(error, 'document-invalid')
      if (canPass(error)) this.deferred = envelope
      this.#parts.host.log.warn('refused a desired state', { ...this.refusal })
      return false
    }
  }

  async #admit(envelope: Envelope): Promise<boolean> {
    const { enrolment, keeper, trust, accepted, take } = this.#parts
    const { state, signers } = await this.#open(envelope)
    checkAddressee(state, enrolment)
    // The broker sends the retained state again at every connection.
    if (envelope.payload === accepted()?.envelope.payload) return false
    const isStored = envelope.payload === keeper.record.desired?.payload
    if (!isStored) checkPlace(state, keeper.record)
    await this.#checkTimes(state)
    await trust.reachRoot(state.minRootVersion)
    // A key that the newer root no longer lists must not have had the last word.
    if (trust.signers !== signers) await openDesired(envelope, trust.signers)
    checkEpoch(state, trust.fleet?.fleetEpoch ?? 0)
    await take({ envelope, state })
    return true
  }

  /** Its key may be one of the next root, which this device has not heard of yet. */
  async #open(envelope: Envelope): Promise<AcceptedState & { readonly signers: Quorum }> {
    for (;;) {
      const { signers } = this.#parts.trust
      try {
        return { ...(await openDesired(envelope, signers)), signers }
      } catch (error) {
        if (!isUnsigned(error) || !(await this.#tryNextRoot())) throw error
      }
    }
  }

  async #tryNextRoot(): Promise<boolean> {
    const { host, trust } = this.#parts
    if (host.clock.monotonic() < this.#noRootUntil) return false
    if (await trust.tryNextRoot()) return true
    this.#noRootUntil = host.clock.monotonic() + rootPause
    return false
  }

  /** Before a clock that cannot be believed refuses anything, the fleet is asked for the time. */
  async #checkTimes(state: DesiredState): Promise<void> {
    const { clock, askTime } = this.#parts
    try {
      checkTimes(state, clock.now())
    } catch (error) {
      if (!isAboutTime(error) || !clock.isDoubtful(Ms(state.issuedAt))) throw error
      await askTime()
      checkTimes(state, clock.now())
    }
  }
}

const isUnsigned = (error: unknown) =>
  error instanceof TrustError && error.code === 'signature-invalid'

/** A root that is not there yet, a clock that is wrong, a disk that is full: another time it may do. */
const canPass = (error: unknown) =>
  isAboutTime(error) || (error instanceof KedgeError && error.retryable)
