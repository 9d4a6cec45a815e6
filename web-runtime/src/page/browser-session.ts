import type { Enrolment } from '@kedge/shared/protocol/enrolment'

/** Of a session's life so much has passed when it is renewed; the server gives an hour. */
const renewAfter = 2 / 3
/** In ms; a server whose sessions are shorter, or that does not answer, is asked no more often. */
const leastPause = 5_000
const pauseAfterFailure = 30_000

/** The right to connect, which the server gives a page for an hour at a time. */
export class BrowserSession {
  readonly #ask: () => Promise<Enrolment>
  /** By this browser's clock. */
  #expires: number
  #timer: ReturnType<typeof setTimeout> | undefined
  #renewing: Promise<void> | undefined

  /** `enrolled`: the session that there is; it may be over. */
  constructor(ask: () => Promise<Enrolment>, enrolled: Enrolment) {
    this.#ask = ask
    this.#expires = endOf(enrolled)
    if (this.#expires > Date.now()) this.#renewLater()
  }

  /** Before each connection: asks the server where the session is over. */
  async ensure(): Promise<void> {
    if (this.#expires <= Date.now()) await this.#renew()
  }

  end(): void {
    clearTimeout(this.#timer)
  }

  /** One at a time: each renewal begins with the key that the one before has brought. */
  #renew(): Promise<void> {
    this.#renewing ??= this.#renewOnce().finally(() => (this.#renewing = undefined))
    return this.#renewing
  }

  async #renewOnce(): Promise<void> {
    this.#expires = endOf(await this.#ask())
    this.#renewLater()
  }

  #renewLater(): void {
    if (!Number.isFinite(this.#expires)) return
    const left = this.#expires - Date.now()
    this.#renewIn(Math.max(leastPause, left * renewAfter))
  }

  #renewIn(pause: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      // While the old session lasts nothing is lost; when it is over the next connection asks.
      void this.#renew().catch(() => {
        if (this.#expires > Date.now()) this.#renewIn(pauseAfterFailure)
      })
    }, pause)
  }
}

const endOf = ({ sessionExpires }: Enrolment): number => sessionExpires ?? Infinity
