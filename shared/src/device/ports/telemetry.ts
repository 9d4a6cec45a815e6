import type { SequencedWindow } from '../../protocol/telemetry.js'
import type { TelemetryWindow } from '../../telemetry/window.js'

/** Windows the server has not acknowledged, in the order they were counted. */
export interface TelemetrySpool {
  /** 16 hexadecimal digits, chosen at random when the spool was made. */
  readonly stream: string

  /** Durable once this resolves, under the next sequence number. @throws StorageError */
  append(window: TelemetryWindow): Promise<void>

  /** The oldest windows with a sequence number above `after`, at most `limit`. */
  pending(after: number, limit: number): Promise<SequencedWindow[]>

  /** Forgets all up to and with `upTo`. */
  trim(upTo: number): Promise<void>

  /** Windows given up since the spool was made, by reason. */
  dropped(): Promise<Record<string, number>>
}
