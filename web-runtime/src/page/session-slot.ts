import type { Problem } from '@kedge/shared/protocol/reported-state'
import type { Label } from '@kedge/shared/telemetry/score'
import { Exclusive } from '@kedge/shared/util/exclusive'
import type { WebInferenceHost } from '../inference/web-inference-host.js'
import { EventHub } from './event-hub.js'
import { eventsBetween, type Snapshot } from './runtime-events.js'
import type { Session } from './session.js'
import { emptySnapshot, takeSnapshot } from './snapshot.js'

/** A new session that has less to offer than the one it follows gets so long to catch up. */
const catchUpMs = 30_000

/** Labels for what an older session predicted are taken for so long. */
const lingerMs = 60_000

/** The session that answers now, and everybody who wants to hear of changes in it. */
export class SessionSlot {
  readonly hub = new EventHub()
  inference: WebInferenceHost | undefined
  #session: Session | undefined
  #retired: Session | undefined
  #closed = false
  #problem: Problem | undefined
  #snapshot: Snapshot = emptySnapshot
  #refreshWanted = false
  #refreshing: Promise<void> | undefined
  readonly #replacing = new Exclusive()
  readonly #ending = new AbortController()

  get session(): Session | undefined {
    return this.#session
  }

  get snapshot(): Snapshot {
    return this.#snapshot
  }

  set problem(problem: Problem | undefined) {
    this.#problem = problem
    this.refresh()
  }

  /** Moves the calls over as soon as `next` serves every model that the session before it serves. */
  replace(next: Session): Promise<void> {
    return this.#replacing.run(async () => {
      const before = this.#session
      if (before) await catchUp(before, next, this.#ending.signal)
      this.#session = next
      next.device.onChange(() => this.refresh())
      next.link.onOnline(() => this.refresh())
      this.refresh()
      if (before) await this.#retire(before)
    })
  }

  /** Takes a label to whichever session remembers the prediction. */
  async feedback(model: string, id: string, label: Label): Promise<boolean> {
    for (const session of [this.#session, this.#retired]) {
      if (await session?.device.feedback(model, id, label)) return true
    }
    return false
  }

  /** Tells listeners what has changed; many calls at once cost one look. */
  refresh(): void {
    this.#refreshWanted = true
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = undefined))
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#ending.abort()
    await this.#replacing.idle()
    await this.#endRetired()
    await this.#session?.[Symbol.asyncDispose]()
    this.#session = undefined
    this.refresh()
    await this.#refreshing
  }

  /** Two sessions that lead would speak with one voice twice, so only a follower may linger. */
  async #retire(session: Session): Promise<void> {
    await this.#endRetired()
    if (session.role === 'leading') return session[Symbol.asyncDispose]()
    this.#retired = session
    const end = () => {
      if (this.#retired === session) void this.#endRetired()
    }
    setTimeout(end, lingerMs)
  }

  async #endRetired(): Promise<void> {
    const retired = this.#retired
    this.#retired = undefined
    await retired?.[Symbol.asyncDispose]()
  }

  async #refresh(): Promise<void> {
    while (this.#refreshWanted) {
      this.#refreshWanted = false
      const after = await takeSnapshot({
        session: this.#session,
        inference: this.inference,
        closed: this.#closed,
        problem: this.#problem,
      })
      const events = eventsBetween(this.#snapshot, after)
      this.#snapshot = after
      for (const event of events) this.hub.emit(event)
    }
  }
}

async function catchUp(before: Session, next: Session, ending: AbortSignal): Promise<void> {
  const { slots } = await before.device.status()
  const served = Object.keys(slots).filter((name) => before.device.model(name).version)
  const signal = AbortSignal.any([AbortSignal.timeout(catchUpMs), ending])
  await Promise.allSettled(served.map((name) => next.device.model(name).ready(signal)))
}
