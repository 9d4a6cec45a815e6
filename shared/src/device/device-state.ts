import { DeploymentError, LinkError } from '../errors/device-error.js'
import type { KedgeError } from '../errors/kedge-error.js'
import { TrustError } from '../errors/trust-error.js'
import type { ReleaseRef } from '../model/release.js'
import type { DesiredState } from '../protocol/desired-state.js'
import type { Enrolment } from '../protocol/enrolment.js'
import type { Problem, ReportedClock } from '../protocol/reported-state.js'
import type { Envelope } from '../trust/dsse.js'
import { Hours, Minutes, Ms } from '../util/units.js'
import { askTime } from './ask-time.js'
import { DesiredIntake } from './desired-intake.js'
import { checkAddressee, openDesired, toText, type AcceptedState } from './desired-checks.js'
import type { DeviceRecord, SlotRecord } from './device-record.js'
import { DeviceTrust } from './device-trust.js'
import type { DeviceHost } from './ports/host.js'
import { toProblem } from './problem.js'
import { RecordKeeper } from './record-keeper.js'
import { barOf, raiseBars, withRevoked } from './release-bars.js'
import { TrustedClock } from './trusted-clock.js'

/** Metadata that was refreshed so long ago is refreshed again at the next look, one an hour. */
const refreshInterval = Minutes(50)

/** How far behind the kept time may be. */
const keptEvery = Hours(1)

interface StateParts {
  readonly host: DeviceHost
  readonly enrolment: Enrolment
  readonly keeper: RecordKeeper
  readonly clock: TrustedClock
  readonly trust: DeviceTrust
}

/** What the device knows of itself and whom it believes, in memory as it is on disk. */
export class DeviceState {
  readonly #parts: StateParts
  readonly #intake: DesiredIntake
  readonly #closing = new AbortController()
  #accepted: AcceptedState | undefined
  #resumeProblem: Problem | undefined
  /** For which desired state the metadata was refreshed, and when. */
  #refreshed: { readonly seq: number; readonly at: Ms } | undefined

  private constructor(parts: StateParts) {
    this.#parts = parts
    this.#intake = new DesiredIntake({
      ...parts,
      askTime: () => this.#askTime(),
      accepted: () => this.#accepted,
      take: (accepted) => this.#take(accepted),
    })
  }

  static async load(host: DeviceHost, enrolment: Enrolment): Promise<DeviceState> {
    const keeper = await RecordKeeper.load(host, enrolment.fleet)
    const clock = new TrustedClock(host, Ms(keeper.record.lastSigned))
    const trust = await DeviceTrust.open(host, enrolment, clock)
    const state = new DeviceState({ host, enrolment, keeper, clock, trust })
    const { desired } = keeper.record
    if (desired) await state.#resume(desired)
    return state
  }

  get record(): DeviceRecord {
    return this.#parts.keeper.record
  }

  get desired(): DesiredState | undefined {
    return this.#accepted?.state
  }

  get rootVersion(): number {
    return this.#parts.trust.rootVersion
  }

  get clock(): ReportedClock {
    return this.#parts.clock.reading
  }

  /** Whether something waits that can be accepted later, such as for a root or for the time. */
  get isWaiting(): boolean {
    return this.#intake.deferred !== undefined
  }

  /** Expiry gates changes, never inference. */
  get mayChange(): boolean {
    return this.desired !== undefined && this.desired.expires > this.#parts.clock.now()
  }

  /** What the device goes by and has expired. */
  get staleness(): Problem[] {
    const now = this.#parts.clock.now()
    const { expires } = this.#parts.trust
    const stale: Problem[] = []
    if (this.desired && this.desired.expires <= now) {
      const message = `the desired state expired at ${toText(this.desired.expires)}; what runs goes on`
      stale.push({ code: 'expired', message })
    }
    if (expires !== undefined && expires <= now) {
      const message = `signed metadata expired at ${toText(expires)}; what runs goes on`
      stale.push({ code: 'metadata-expired', message })
    }
    return stale
  }

  /** When the first of what it goes by expired; undefined where nothing has. */
  get staleSince(): Ms | undefined {
    const { trust, clock } = this.#parts
    const ends = [this.desired?.expires, trust.expires].filter((time) => time !== undefined)
    const first = Ms(Math.min(...ends))
    return first <= clock.now() ? first : undefined
  }

  /** Why the last desired state was refused, and what is wrong with what the device goes by. */
  get problems(): Problem[] {
    const { trust } = this.#parts
    const refused = this.#intake.refusal ?? this.#resumeProblem
    const found = [refused, ...this.staleness, trust.problem].filter((one) => one !== undefined)
    return found.filter(({ code }, i) => found.findIndex((one) => one.code === code) === i)
  }

  /** When something expires next; undefined when nothing will. */
  get nextExpiry(): Ms | undefined {
    const now = this.#parts.clock.now()
    const ahead = [this.desired?.expires, this.#parts.trust.expires].filter(
      (time) => time !== undefined && time > now,
    )
    return ahead.length === 0 ? undefined : Ms(Math.min(...(ahead as number[])) - now)
  }

  /** Takes a desired state over if it may: true when it changed what is desired. */
  accept(envelope: Envelope): Promise<boolean> {
    return this.#intake.offer(envelope)
  }

  /**
   * Asks the time when the clock cannot be believed, refreshes metadata that may have aged, and looks
   * again at a desired state that had to wait: true when that was taken over.
   */
  async tend(): Promise<boolean> {
    const { host, clock } = this.#parts
    if (!host.link.online) return false
    if (clock.isDoubtful()) await this.#askTime()
    const { deferred } = this.#intake
    const changed = deferred !== undefined && (await this.accept(deferred))
    if (this.desired && this.#isRefreshDue()) await this.#refresh().catch(() => undefined)
    return changed
  }

  /**
   * Steps 6 and 7 of the acceptance order: fresh metadata, in which the publisher means the same
   * release as the fleet, and nothing bars it. Gives the publisher's count.
   *
   * @throws TrustError `release-…`; DeploymentError `trust-unready`, LinkError when it can be later
   */
  async vouch(ref: ReleaseRef): Promise<number> {
    try {
      const { trust, clock } = this.#parts
      const isFresh = this.#refreshed?.seq === this.desired?.seq
      if (!isFresh || (trust.expires ?? 0) <= clock.now()) await this.#refresh()
      const { counter, revoked } = await trust.vouch(ref)
      if (revoked !== undefined) await this.#bar(ref)
      const bar = barOf(this.record.bars, { release: ref, counter })
      if (bar) throw new TrustError(bar.code, bar.message)
      return counter
    } catch (error) {
      throw toWaiting(error)
    }
  }

  /** Durable when it resolves. */
  saveSlot(slot: string, slotRecord: SlotRecord | undefined): Promise<void> {
    return this.#parts.keeper.change((record) => {
      const { [slot]: _before, ...others } = record.slots
      return { ...record, slots: slotRecord ? { ...others, [slot]: slotRecord } : others }
    })
  }

  /** Asks nobody any more; nothing of it is being written when it resolves. */
  async close(): Promise<void> {
    const { trust, keeper } = this.#parts
    this.#closing.abort(new LinkError('link-offline', 'the device is stopping'))
    await trust.close()
    await this.#intake.idle()
    await keeper.idle()
  }

  /** Expiry does not matter here: what was accepted in time goes on serving. */
  async #resume(desired: Envelope): Promise<void> {
    const { trust, enrolment } = this.#parts
    try {
      const opened = await openDesired(desired, trust.signers)
      checkAddressee(opened.state, enrolment)
      this.#accepted = opened
    } catch (error) {
      // Its key was taken out of the root since; what it brought serves on, and another will come.
      this.#resumeProblem = toProblem(error, 'document-invalid')
    }
  }

  /** Step 5. */
  async #take(accepted: AcceptedState): Promise<void> {
    const { keeper, clock } = this.#parts
    const { state, envelope } = accepted
    await keeper.change((record) => ({
      ...record,
      desired: envelope,
      accepted: { epoch: state.epoch, seq: state.seq },
      lastSigned: Math.max(clock.lastSigned, state.issuedAt),
      bars: raiseBars(record.bars, state),
    }))
    clock.sawSigned(Ms(state.issuedAt))
    this.#accepted = accepted
    this.#resumeProblem = undefined
  }

  async #refresh(): Promise<void> {
    const { trust, host } = this.#parts
    const seq = this.desired?.seq ?? 0
    this.#refreshed = undefined
    await trust.refresh()
    this.#refreshed = { seq, at: host.clock.monotonic() }
    await this.#learnRevocations()
  }

  #isRefreshDue(): boolean {
    const { host, trust, clock } = this.#parts
    if (this.#refreshed === undefined || (trust.expires ?? 0) <= clock.now()) return true
    return host.clock.monotonic() - this.#refreshed.at >= refreshInterval
  }

  /** A publisher may have taken back what runs here. */
  async #learnRevocations(): Promise<void> {
    for (const { active, previous } of Object.values(this.record.slots)) {
      for (const installed of [active, previous]) {
        if (installed === undefined) continue
        // Where nobody vouches any more, nobody has revoked either.
        const voucher = await this.#parts.trust.vouch(installed.release).catch(() => undefined)
        if (voucher?.revoked !== undefined) await this.#bar(installed.release)
      }
    }
  }

  #bar({ sha256 }: ReleaseRef): Promise<void> {
    return this.#parts.keeper.change((record) => {
      const { bars } = record
      if (bars.revoked.includes(sha256)) return record
      return { ...record, bars: { ...bars, revoked: withRevoked(bars.revoked, [sha256]) } }
    })
  }

  async #askTime(): Promise<void> {
    const { host, enrolment, trust, clock, keeper } = this.#parts
    const { signal } = this.#closing
    const now = await askTime(host, { ...enrolment, signers: trust.signers, signal })
    if (now === undefined) return
    clock.answered(now)
    // Not worth a write each time: what is kept only has to be near.
    if (clock.lastSigned - keeper.record.lastSigned < keptEvery) return
    try {
      await keeper.change((record) => ({ ...record, lastSigned: clock.lastSigned }))
    } catch (error) {
      host.log.warn('the time could not be kept', { ...toProblem(error, 'storage-failed') })
    }
  }
}

/** What a publisher says is final; what keeps the device from hearing it can end. */
function toWaiting(error: unknown): unknown {
  if (!(error instanceof TrustError) || error.code.startsWith('release-')) return error
  const { code, message } = error as KedgeError
  return new DeploymentError('trust-unready', `${code}: ${message}`, { cause: error })
}
