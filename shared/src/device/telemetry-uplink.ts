import type { SequencedWindow, TelemetryAck } from '../protocol/telemetry.js'
import { topicMap } from '../protocol/topic-map.js'
import { topics } from '../protocol/topics.js'
import { Exclusive } from '../util/exclusive.js'
import { Ms, Seconds } from '../util/units.js'
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
  /** The last window handed to the link since the device started. */
  #lastTried = 0
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
      const { seq } = batch.windows.at(-1)!
      this.#lastTried = Math.max(this.#lastTried, seq)
      await link.publish(topics.telemetry(this.#device), batch)
      this.#sentUpTo = seq
      this.#sentAt = clock.monotonic()
    }
  }

  async #onAck({ stream, upTo }: TelemetryAck): Promise<void> {
    const { telemetry, log } = this.#host
    // An acknowledgement of another stream is for a spool that this device no longer has.
    if (stream !== telemetry.stream) return
    try {
      // Nobody can have stored what was never sent.
      await telemetry.trim(Math.min(upTo, this.#lastTried))
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
  const batchOf = (some: readonly SequencedWindow[]) => ({
    v: 1 as const,
    stream,
    windows: [...some],
    dropped,
  })
  const fits = (some: readonly SequencedWindow[]) => codec.encode(batchOf(some)).length <= maxBytes
  for (let count = windows.length; count > 1; count = Math.ceil(count / 2)) {
    const some = windows.slice(0, count)
    if (fits(some)) return batchOf(some)
  }
  return batchOf([lighten(windows[0]!, (window) => fits([window]))])
}

/**
 * A window that is too large by itself goes without its largest parts: the broker would refuse it
 * for ever, and with it all that come after.
 */
function lighten(
  window: SequencedWindow,
  fits: (window: SequencedWindow) => boolean,
): SequencedWindow {
  if (fits(window)) return window
  const { inputs: _inputs, ...withoutInputs } = window
  if (fits(withoutInputs)) return withoutInputs
  const { classes: _classes, ...withoutClasses } = withoutInputs
  return fits(withoutClasses) ? withoutClasses : { ...withoutClasses, outputs: {} }
}

/** A new period length is noticed within this. */
const patience = Seconds(1)

/** Calls `task` once a period, beginning one period from now, until the signal aborts. */
export async function everyPeriod(
  { clock }: Pick<DeviceHost, 'clock'>,
  period: () => Ms,
  { task, signal }: { task: () => Promise<void>; signal: AbortSignal },
): Promise<void> {
  let begun = clock.monotonic()
  while (!signal.aborted) {
    const left = begun + period() - clock.monotonic()
    if (left <= 0) {
      begun = clock.monotonic()
      await task()
    } else await clock.sleep(Ms(Math.min(left, patience)), signal).catch(() => undefined)
  }
}
