/** How far one stream is stored without a hole that the device has not explained. */
export interface StreamPosition {
  /** Everything up to here is stored or given up by the device. */
  readonly upTo: number
  /** Sequence numbers passed over as given up. */
  readonly missing: number
}

export const beginningOfStream: StreamPosition = { upTo: 0, missing: 0 }

/**
 * Moves the position over stored windows. A hole is passed only as far as the device says that it
 * gave windows up: otherwise a batch is still on its way, or was not stored, and acknowledging what
 * lies behind it would make the device forget it.
 *
 * @param stored ascending sequence numbers above `position.upTo`
 * @param dropped windows the device has given up since the stream began
 */
export function advancePosition(
  position: StreamPosition,
  stored: readonly number[],
  dropped: number,
): StreamPosition {
  let { upTo, missing } = position
  for (const seq of stored) {
    const hole = seq - upTo - 1
    if (missing + hole > dropped) break
    missing += Math.max(0, hole)
    upTo = Math.max(upTo, seq)
  }
  return { upTo, missing }
}
