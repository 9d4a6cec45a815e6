import type { Clock } from '@kedge/shared/util/clock'
import type { DoorLimits } from './door-limits.js'
import { RefusalError } from './refusal.js'
import { TokenBuckets } from './token-buckets.js'

/** One connection's place among all. */
export interface Place {
  /** Whoever has it is no stranger any more. */
  admitted(): void
  leave(): void
}

/** Counts connections, and refuses those beyond the limits before a byte of theirs is read. */
export class ConnectionGate {
  readonly #limits: DoorLimits
  readonly #arrivals: TokenBuckets
  readonly #allArrivals: TokenBuckets
  readonly #perAddress = new Map<string, number>()
  #open = 0
  #strangers = 0

  constructor(limits: DoorLimits, clock: Clock) {
    this.#limits = limits
    this.#arrivals = new TokenBuckets(limits.arrivals, clock)
    this.#allArrivals = new TokenBuckets(limits.allArrivals, clock)
  }

  get open(): number {
    return this.#open
  }

  /** @throws RefusalError `connection-limit`, `stranger-limit`, `address-limit`, `arrival-rate` */
  enter(from: string): Place {
    const site = siteOf(from)
    this.#check(site)
    this.#add(site, 1)
    this.#strangers += 1
    let stranger = true
    let present = true
    const admitted = () => {
      if (stranger) this.#strangers -= 1
      stranger = false
    }
    const leave = () => {
      if (present) this.#add(site, -1)
      present = false
      admitted()
    }
    return { admitted, leave }
  }

  #check(site: string): void {
    const { connections, strangers, perAddress } = this.#limits
    if (this.#open >= connections) {
      throw new RefusalError('connection-limit', `${connections} connections are open`)
    }
    if (this.#strangers >= strangers) {
      throw new RefusalError('stranger-limit', `${strangers} have not yet said who they are`)
    }
    if ((this.#perAddress.get(site) ?? 0) >= perAddress) {
      throw new RefusalError('address-limit', `${perAddress} connections come from ${site}`)
    }
    if (!this.#arrivals.take(site) || !this.#allArrivals.take('all')) {
      throw new RefusalError('arrival-rate', `connections come too fast, the last from ${site}`)
    }
  }

  #add(site: string, by: 1 | -1): void {
    this.#open += by
    const count = (this.#perAddress.get(site) ?? 0) + by
    if (count > 0) this.#perAddress.set(site, count)
    else this.#perAddress.delete(site)
  }
}

/** An IPv6 site has 2^64 addresses of its own (RFC 4291, 2.5.4): its first four groups are one. */
function siteOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  if (!plain.includes(':')) return plain
  const [head = '', tail] = plain.split('::')
  const groups = head === '' ? [] : head.split(':')
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(':').length
  return [...groups, ...Array<string>(Math.max(0, missing)).fill('0'), ...(tail?.split(':') ?? [])]
    .slice(0, 4)
    .join(':')
}
