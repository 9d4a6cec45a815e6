import type { SequencedWindow, TelemetryAck } from '../protocol/telemetry.js'
import { topicMap } from '../protocol/topic-map.js'
import { topics } from '../protocol/topics.js'
import { Exclusive } from '../util/exclusive.js'
import { Seconds, type Ms } from '../util/units.js'
import type { DeviceHost } from './ports/host.js'

/** Unacknowledged for so long, windows are sent again; the server stores each once. */
const ackTime = Seconds(20)
const batchSize = 32

/** Moves windows from the spool to the server. Only its acknowledgement makes the device forget. */
export class TelemetryUplink {
  readonly #host: DeviceHost
  readonly #device: string
  readonly #sending = new Exclusive()
  #sentUpTo = 0
  #sentAt = 0

  constructor(host: DeviceHost, device: string) {
    this.#host = host
    this.#device = device
  }

  /** Listens to acknowledgements until the result is disposed. */
  listen(): Promise<AsyncDisposable> {
    return this.#host.link.subscribe(topics.ack(this.#device), (ack) => void this.#onAck(ack))
  }

  /** Sends what has not been sent, and again what nobody has acknowledged. */
  async send(): Promise<void> {
    await this.#sending
      .run(() => this.#sendPending())
      .catch((error: unknown) => {
        this.#host.log.warn('telemetry waits', { error: String(error) })
      })
  }

  /** A new connection: the server may have lost what was on its way. */
  resend(): Promise<void> {
    this.#sentUpTo = 0
    return this.send()
  }

  async #sendPending(): Promise<void> {
    const { link, telemetry, clock } = this.#host
    if (clock.monotonic() - this.#sentAt > ackTime) this.#sentUpTo = 0
    while (link.online) {
      const windows = await telemetry.pending(this.#sentUpTo, batchSize)
      if (windows.length === 0) return
      const batch = fitting(windows, telemetry.stream, await telemetry.dropped())
      await link.publish(topics.telemetry(this.#device), batch)
      this.#sentUpTo = batch.windows.at(-1)!.seq
      this.#sentAt = clock.monotonic()
    }
  }

  async #onAck({ stream, upTo }: TelemetryAck): Promise<void> {
    const { telemetry, log } = this.#host
    // An acknowledgement of another stream is for a spool that this device no longer has.
    if (stream !== telemetry.stream) return
    try {
      await telemetry.trim(upTo)
    } catch (error) {
      log.warn('acknowledged telemetry could not be removed', { error: String(error) })
    }
  }
}

/** As many of the windows as one message holds, at least one. */
function fitting(
  windows: readonly SequencedWindow[],
  stream: string,
  dropped: Record<string, number>,
) {
  const { codec, maxBytes } = topicMap.telemetry
  for (let count = windows.length; ; count = Math.ceil(count / 2)) {
    const batch = { v: 1 as const, stream, windows: windows.slice(0, count), dropped }
    if (count === 1 || codec.encode(batch).length <= maxBytes) return batch
  }
}

/** Calls `task` once a period, beginning one period from now, until the signal aborts. */
export async function everyPeriod(
  host: Pick<DeviceHost, 'clock'>,
  period: () => Ms,
  { task, signal }: { task: () => Promise<void>; signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    await host.clock.sleep(period(), signal).catch(() => undefined)
    if (!signal.aborted) await task()
  }
}
