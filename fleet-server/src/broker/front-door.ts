import type { Duplex } from 'node:stream'
import { systemClock } from '@kedge/shared/util/clock'
import { Seconds } from '@kedge/shared/util/units'
import type { BrokerMetrics } from './broker.js'
import { ConnectionGate, type Place } from './connection-gate.js'
import type { DoorLimits } from './door-limits.js'
import type { RefusalError, RefusalReason } from './refusal.js'
import { TokenBuckets } from './token-buckets.js'
import { Visitor } from './visitor.js'

export interface FrontDoorParts {
  readonly limits: DoorLimits
  readonly metrics: BrokerMetrics
  /** Takes a connection that may come in. */
  readonly welcome: (connection: Duplex, visitor: Visitor, from: string | undefined) => void
  readonly refuse: (reason: RefusalReason, facts: Readonly<Record<string, unknown>>) => void
}

const sweepEvery = Seconds(5)

/** Where all connections come in, over TCP, TLS or WebSocket. */
export class FrontDoor implements Disposable {
  readonly #parts: FrontDoorParts
  readonly #gate: ConnectionGate
  readonly #work: TokenBuckets
  readonly #open = new Map<Duplex, Visitor>()
  readonly #sweep: NodeJS.Timeout

  constructor(parts: FrontDoorParts) {
    this.#parts = parts
    this.#gate = new ConnectionGate(parts.limits, systemClock)
    this.#work = new TokenBuckets(parts.limits.work, systemClock)
    this.#sweep = setInterval(() => {
      for (const visitor of this.#open.values()) visitor.checkPace()
    }, sweepEvery).unref()
  }

  /** Lets a connection in or ends it. `below` is the socket that a WebSocket came by. */
  accept(connection: Duplex, from: string | undefined, below?: Duplex): void {
    const place = this.#enter(connection, from)
    if (!place) return
    const visitor = new Visitor({
      connection,
      place,
      limits: this.#parts.limits,
      work: this.#work,
      now: () => systemClock.monotonic(),
      onThrottled: () => this.#parts.metrics.throttled(),
    })
    if (below) visitor.countBelow(below)
    this.#open.set(connection, visitor)
    this.#parts.metrics.connections(this.#open.size)
    connection.once('close', () => {
      this.#open.delete(connection)
      this.#parts.metrics.connections(this.#open.size)
    })
    this.#parts.welcome(connection, visitor, from)
  }

  /** Ends all connections. */
  [Symbol.dispose](): void {
    clearInterval(this.#sweep)
    for (const connection of this.#open.keys()) connection.destroy()
  }

  #enter(connection: Duplex, from: string | undefined): Place | undefined {
    try {
      return this.#gate.enter(from ?? 'unknown')
    } catch (error) {
      connection.on('error', () => undefined)
      connection.destroy()
      const { reason, message } = error as RefusalError
      this.#parts.refuse(reason, { from, says: message })
      return undefined
    }
  }
}
