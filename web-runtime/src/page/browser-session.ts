import type { Enrolment } from '@kedge/shared/protocol/enrolment'

/** Renewed when so much of its life is left, in ms; the server gives an hour. */
const renewBefore = 20 * 60_000
/** A server whose sessions are shorter is asked no more often than this. */
const leastPause = 30_000

/** The right to connect, which the server gives a page for an hour at a time. */
export class BrowserSession {
  readonly #ask: () => Promise<Enrolment>
  /** By this browser's clock; 0 while it is not known whether there is a session. */
  #expires: number
  #timer: ReturnType<typeof setTimeout> | undefined

  /** `enrolled`: what the server has answered just now; absent when it comes from the store. */
  constructor(ask: () => Promise<Enrolment>, enrolled?: Enrolment) {
    this.#ask = ask
    this.#expires = enrolled ? endOf(enrolled) : 0
    this.#renewLater()
  }

  /** Before each connection: asks the server where the session is over, or may be. */
  async ensure(): Promise<void> {
    if (this.#expires <= Date.now()) await this.#renew()
  }

  end(): void {
    clearTimeout(this.#timer)
  }

  async #renew(): Promise<void> {
    this.#expires = endOf(await this.#ask())
    this.#renewLater()
  }

  #renewLater(): void {
    clearTimeout(this.#timer)
    if (!Number.isFinite(this.#expires) || this.#expires === 0) return
    const pause = Math.max(leastPause, this.#expires - Date.now() - renewBefore)
    // Where that fails the connection ends in time, and the next one asks again.
    this.#timer = setTimeout(() => void this.#renew().catch(() => undefined), pause)
  }
}

const endOf = ({ sessionExpires }: Enrolment): number => sessionExpires ?? Infinity
