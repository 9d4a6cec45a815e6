import { Seconds, type Ms } from '@kedge/shared/util/units'
import type { BucketSize } from './token-buckets.js'

/** How much the broker takes on, from all, from one address and from one device. */
export interface DoorLimits {
  /** TCP and WebSocket connections together; 25 KB of memory each. */
  readonly connections: number
  /** Those of them that have not shown who they are. */
  readonly strangers: number
  /** Those of them from one address, behind which there may be a whole site or a proxy. */
  readonly perAddress: number
  /** New connections: from one address, and in all. */
  readonly arrivals: BucketSize
  readonly allArrivals: BucketSize
  /** Devices that are being authenticated at a time; others are to come back later. */
  readonly authenticating: number
  /** What one device may cause, in units of some 20 µs of the server's time: see `workOf`. */
  readonly work: BucketSize
  /** How long a device may want more than that before its connection ends. */
  readonly floodPatience: Ms
}

export const defaultLimits: DoorLimits = {
  connections: 10_000,
  strangers: 2_000,
  perAddress: 5_000,
  arrivals: { perSecond: 500, burst: 5_000 },
  allArrivals: { perSecond: 2_000, burst: 10_000 },
  authenticating: 1_000,
  // 200 messages a second, and the 4,000 of a long night without a connection at once.
  work: { perSecond: 10_000, burst: 200_000 },
  floodPatience: Seconds(10),
}

const messageCost = 50

/**
 * The work of what has come in: a message goes through a schema to the database, anything else is
 * answered from memory, and every KiB is hashed or copied.
 */
export const workOf = (read: { messages: number; packets: number; bytes: number }): number =>
  read.messages * messageCost + read.packets + read.bytes / 1024
