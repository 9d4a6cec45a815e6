import { reportCodec } from '../protocol/report.js'
import type { ReportedState } from '../protocol/reported-state.js'
import { payloadTypes } from '../protocol/envelope.js'
import type { Envelope } from '../trust/dsse.js'
import { signEnvelope } from '../trust/sign-envelope.js'
import { toUuid } from '../util/uuid.js'
import type { DeviceHost } from './ports/host.js'

type Parts = Pick<DeviceHost, 'entropy' | 'sha256' | 'signer'>

/** Signs a device's reports, from one start of the program to its end: each names the one before. */
export class ReportChain {
  readonly #parts: Parts
  readonly #bootId: string
  #seq = 0
  #prevHash: string | undefined

  constructor(parts: Parts) {
    this.#parts = parts
    this.#bootId = toUuid(parts.entropy.bytes(16))
  }

  /**
   * The next report. Not to be called again before it has resolved; one that then is not sent, or
   * is lost, leaves a gap that nobody minds.
   */
  async sign(state: ReportedState): Promise<Envelope> {
    const { sha256, signer } = this.#parts
    this.#seq += 1
    const payload = reportCodec.encode({
      ...state,
      bootId: this.#bootId,
      reportSeq: this.#seq,
      ...(this.#prevHash !== undefined && { prevHash: this.#prevHash }),
      issuedAt: state.at + state.clock.offset,
    })
    this.#prevHash = await sha256(payload)
    return signEnvelope(payloadTypes.report, payload, signer)
  }
}
