import type { DeviceKeys } from '@kedge/shared/adapters/enrolment'
import type { DeviceLog } from '@kedge/shared/device/ports/host'
import { LinkError } from '@kedge/shared/errors/device-error'
import { describeError } from '@kedge/shared/errors/kedge-error'
import type { Enrolment } from '@kedge/shared/protocol/enrolment'
import { systemClock } from '@kedge/shared/util/clock'
import { systemEntropy } from '@kedge/shared/util/entropy'
import { Exclusive } from '@kedge/shared/util/exclusive'
import type { Labels } from '@kedge/shared/util/scalars'
import { BarredReleases } from '../inference/barred-releases.js'
import type { EngineName } from '../inference/engine-choice.js'
import { openInferenceHost, type WebInferenceHost } from '../inference/web-inference-host.js'
import { joinFleet, loadEnrolment } from '../state/enrolment-record.js'
import { IdbStateStore } from '../state/idb-state-store.js'
import { SessionKeys } from '../state/session-keys.js'
import { Database } from '../storage/database.js'
import { BrowserSession } from './browser-session.js'
import { enrolPage, enrolPatiently, type EnrollingPage } from './enrolling.js'
import { followSession, leadSession, type SessionParts } from './session.js'
import type { SessionSlot } from './session-slot.js'
import { awaitLead, tryLead } from './tab-lead.js'
import { TabNews } from './tab-news.js'

export interface PageOptions {
  /** Origin of the fleet server. */
  readonly server: string
  readonly labels: Labels
  readonly grant: (() => Promise<string>) | undefined
  readonly engine: 'auto' | EngineName
  readonly threads: number
  readonly wasmUrls: Partial<Record<EngineName, string>>
  readonly log: DeviceLog
}

/** What this tab does from its first moment to its last: follow another tab, or lead. */
export class PageLife {
  readonly #options: PageOptions
  readonly #slot: SessionSlot
  readonly #name: string
  readonly #database: Database
  readonly #news: TabNews
  readonly #closing = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #releaseLead: () => void = () => undefined
  #checkingFleet = false
  #browserSession: BrowserSession | undefined
  readonly #follows = new Exclusive()
  #nextFollow: Promise<void> | undefined

  constructor(options: PageOptions, slot: SessionSlot) {
    this.#options = options
    this.#slot = slot
    // Another server is another fleet, in which this browser is another device.
    this.#name = `kedge@${options.server}`
    this.#database = new Database(this.#name)
    this.#news = new TabNews(this.#name)
  }

  start(): void {
    this.#slot.hub.on('version', () => {
      if (this.#slot.session?.role === 'leading') this.#news.tell()
    })
    document.addEventListener('visibilitychange', this.#onVisibility)
    this.#running = this.#live().catch((error: unknown) => {
      if (!this.#closing.signal.aborted) this.#report(error)
    })
  }

  async stop(): Promise<void> {
    this.#closing.abort(new Error('the runtime is closed'))
    document.removeEventListener('visibilitychange', this.#onVisibility)
    await this.#running
    this.#browserSession?.end()
    await this.#slot.close()
    this.#news.close()
    await this.#database[Symbol.asyncDispose]()
    this.#releaseLead()
  }

  async #live(): Promise<void> {
    const { signal } = this.#closing
    const inference = await this.#openInference()
    let lead = await tryLead(this.#name, signal)
    if (!lead) {
      this.#news.onNews(() => void this.#followSoon(inference))
      await this.#followSoon(inference)
      lead = await awaitLead(this.#name, signal)
    }
    this.#releaseLead = () => lead.release()
    // Asked for once there is something to keep; browsers decide by how the page is used.
    void navigator.storage.persist()
    await this.#lead(inference)
  }

  async #lead(inference: WebInferenceHost): Promise<void> {
    const parts = await this.#enrolledParts(inference)
    const session = await leadSession(parts)
    await this.#slot.replace(session)
    this.#news.tell()
  }

  /** News that come while a session starts are one reason to begin again, not many. */
  #followSoon(inference: WebInferenceHost): Promise<void> {
    this.#nextFollow ??= this.#follows.run(() => {
      this.#nextFollow = undefined
      return this.#follow(inference)
    })
    return this.#nextFollow
  }

  /** Begins again from what the leading tab has stored. Nothing to follow yet is no failure. */
  async #follow(inference: WebInferenceHost): Promise<void> {
    if (this.#slot.session?.role === 'leading' || this.#closing.signal.aborted) return
    try {
      const enrolment = await loadEnrolment(new IdbStateStore(this.#database))
      if (!enrolment) return
      await this.#slot.replace(await followSession(await this.#partsOf(inference, enrolment)))
    } catch (error) {
      this.#report(error)
    }
  }

  async #enrolledParts(inference: WebInferenceHost): Promise<SessionParts> {
    const stored = await loadEnrolment(new IdbStateStore(this.#database))
    const parts = await this.#partsOf(inference, stored ?? (await this.#enrol()))
    this.#browserSession?.end()
    const renew = () => this.#renew(inference, parts)
    this.#browserSession = new BrowserSession(renew, parts.enrolment)
    return { ...parts, browserSession: this.#browserSession }
  }

  /** Another hour, under another key, for the device that this browser is. @throws LinkError, UsageError */
  async #renew(inference: WebInferenceHost, parts: SessionParts): Promise<Enrolment> {
    const { current, isSame } = await this.#ask(parts)
    if (isSame) return current
    void this.#checkFleet(inference, parts)
    throw new LinkError('unauthorized', strangerAt(this.#options.server))
  }

  /** Asks for the next session, and takes it up if it is this device's in this fleet. */
  async #ask({ enrolment: known, keys }: SessionParts) {
    const next = await keys.next()
    const renews = { device: known.device, keys }
    const page = { ...this.#page(next), renews }
    const current = await enrolPage(page, this.#closing.signal)
    const isSame = current.fleet === known.fleet && current.device === known.device
    // What is trusted stays what it was; the root may have been rotated since.
    if (isSame) await keys.takeUp(next, { ...known, sessionExpires: current.sessionExpires })
    return { current, isSame, next }
  }

  #page(keys: DeviceKeys): EnrollingPage {
    const { server, labels, grant } = this.#options
    return { server, labels, grant, keys }
  }

  async #enrol(): Promise<Enrolment> {
    const keys = await SessionKeys.load(this.#database)
    const enrolment = await enrolPatiently(this.#page(keys), {
      entropy: systemEntropy,
      signal: this.#closing.signal,
      onProblem: (problem) => (this.#slot.problem = problem),
    })
    this.#slot.problem = undefined
    await joinFleet(this.#database, enrolment)
    return enrolment
  }

  async #partsOf(inference: WebInferenceHost, enrolment: Enrolment): Promise<SessionParts> {
    const parts: SessionParts = {
      database: this.#database,
      inference,
      enrolment,
      keys: await SessionKeys.load(this.#database),
      log: this.#options.log,
      onConnectFailed: () => void this.#checkFleet(inference, parts),
    }
    return parts
  }

  /**
   * A broker that does not take this device may belong to a server that has forgotten it, or was set
   * up anew. A page from that very server has nobody else to trust, so it joins; any other keeps to the
   * fleet it knows.
   */
  async #checkFleet(inference: WebInferenceHost, parts: SessionParts): Promise<void> {
    if (this.#checkingFleet) return
    this.#checkingFleet = true
    const { server } = this.#options
    try {
      const { current, isSame, next } = await this.#ask(parts)
      if (isSame) return
      const isKnown = current.fleet === parts.enrolment.fleet
      if (!isKnown && server !== location.origin) {
        this.#slot.problem = { code: 'signature-invalid', message: strangerAt(server) }
        return
      }
      await this.#slot.session?.[Symbol.asyncDispose]()
      const joined = isKnown ? { ...current, root: parts.enrolment.root } : current
      await joinFleet(this.#database, joined)
      await parts.keys.takeUp(next, joined)
      await this.#lead(inference)
    } catch (error) {
      this.#options.log.info('the server was not asked', { ...describeError(error, 'http-failed') })
    } finally {
      this.#checkingFleet = false
    }
  }

  async #openInference(): Promise<WebInferenceHost> {
    const { engine, threads, wasmUrls, log } = this.#options
    const barred = new BarredReleases(this.#database)
    const choice = { engine, threads, wasmUrls }
    const inference = await openInferenceHost({ ...choice, log, barred, clock: systemClock })
    this.#slot.inference = inference
    return inference
  }

  /** A page that is put away may never come back: what was counted is stored and sent now. */
  readonly #onVisibility = () => {
    if (document.visibilityState === 'hidden') void this.#slot.session?.device.flush()
  }

  #report(error: unknown): void {
    this.#slot.problem = describeError(error, 'storage-failed')
  }
}

const strangerAt = (server: string) =>
  `the server at ${server} is not the one this browser has enrolled with`
