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

const messageCost = 50

/** What an operator may set. */
export interface ChosenLimits {
  readonly connections: number
  readonly perAddress: number
  /** New connections from one address. */
  readonly arrivalsPerSecond: number
  /** Of one device. */
  readonly messagesPerSecond: number
}

/** The limits that follow from those that are chosen. */
export const limitsOf = (chosen: ChosenLimits): DoorLimits => ({
  connections: chosen.connections,
  strangers: Math.ceil(chosen.connections / 5),
  perAddress: chosen.perAddress,
  // A fleet behind one address comes back at once when its link does.
  arrivals: { perSecond: chosen.arrivalsPerSecond, burst: 10 * chosen.arrivalsPerSecond },
  allArrivals: { perSecond: 4 * chosen.arrivalsPerSecond, burst: 20 * chosen.arrivalsPerSecond },
  authenticating: 1_000,
  // And at once what gathers in a long night without a connection.
  work: {
    perSecond: chosen.messagesPerSecond * messageCost,
    burst: 20 * chosen.messagesPerSecond * messageCost,
  },
  floodPatience: Seconds(10),
})

export const defaultLimits = limitsOf({
  connections: 10_000,
  perAddress: 5_000,
  arrivalsPerSecond: 500,
  messagesPerSecond: 200,
})

/**
 * The work of what has come in: a message goes through a schema to the database, anything else is
 * answered from memory, and every KiB is hashed or copied.
 */
export const workOf = (read: { messages: number; packets: number; bytes: number }): number =>
  read.messages * messageCost + read.packets + read.bytes / 1024
