import { topics } from '@kedge/shared/protocol/topics'
import type { SequencedWindow, TelemetryBatch } from '@kedge/shared/protocol/telemetry'
import { Hours, Minutes } from '@kedge/shared/util/units'
import type { ServerContext } from '../context.js'

type Parts = Pick<
  ServerContext,
  'clock' | 'devices' | 'events' | 'log' | 'metrics' | 'outbox' | 'telemetry'
>

/** Stores every window of a batch once, then tells the device what it may forget. */
export async function storeTelemetry(
  parts: Parts,
  device: string,
  batch: TelemetryBatch,
): Promise<void> {
  if ((await parts.devices.publicKey(device)) === undefined) return
  const receivedAt = parts.clock.now()
  const windows = batch.windows.map((window) => withSaneTimes(window, receivedAt))
  const { stream, dropped } = batch
  const result = await parts.telemetry.store({ device, stream, windows, dropped, receivedAt })
  parts.metrics.telemetryWindows.inc({ outcome: 'stored' }, result.stored)
  parts.metrics.telemetryWindows.inc({ outcome: 'duplicate' }, windows.length - result.stored)
  await parts.devices.touch(device, receivedAt)
  await parts.outbox.publish(topics.ack(device), { v: 1, stream, upTo: result.upTo })
  for (const model of new Set(windows.map((window) => window.model))) {
    parts.events.emit('telemetry', model)
  }
}

/** How far a device's clock may run ahead. */
const skew = Minutes(5)
/** How long a device may have been offline; one whose clock begins in 1970 is further behind. */
const oldest = Hours(90 * 24)
const longestWindow = Hours(1)

/**
 * A window cannot end in the future, nor so long ago that no spool holds it: there the device's clock
 * is wrong, and the window counts as just ended.
 */
export function withSaneTimes(window: SequencedWindow, receivedAt: number): SequencedWindow {
  const { from, to } = window
  const isSane = from <= to && to <= receivedAt + skew && to >= receivedAt - oldest
  if (isSane) return window
  const duration = Math.min(Math.max(0, to - from), longestWindow)
  return { ...window, from: receivedAt - duration, to: receivedAt }
}
