import type { ReportedState } from '../protocol/reported-state.js'
import { topics } from '../protocol/topics.js'
import { Ms } from '../util/units.js'
import type { DeviceHost } from './ports/host.js'
import { ReportChain } from './report-chain.js'

/** Changes closer together than this travel in one report. */
const pause = Ms(500)

/** Tells the server what the device is: whenever that changes, and at every new connection. */
export class Reporter {
  readonly #host: DeviceHost
  readonly #device: string
  readonly #describe: () => Promise<ReportedState>
  readonly #chain: ReportChain
  #wanted = false
  #working = false

  constructor(host: DeviceHost, device: string, describe: () => Promise<ReportedState>) {
    this.#host = host
    this.#device = device
    this.#describe = describe
    this.#chain = new ReportChain(host)
  }

  /** The state has changed, or nobody can know it yet. */
  changed(): void {
    this.#wanted = true
    if (this.#working) return
    this.#working = true
    void this.#work().finally(() => (this.#working = false))
  }

  async #work(): Promise<void> {
    const { link, clock, log } = this.#host
    while (this.#wanted && link.online) {
      this.#wanted = false
      try {
        const report = await this.#chain.sign(await this.#describe())
        await link.publish(topics.reported(this.#device), report)
      } catch (error) {
        // The next connection begins with a report.
        log.warn('the report was not taken', { error: String(error) })
        return
      }
      await clock.sleep(pause)
    }
  }
}
