import type { Clock } from '@kedge/shared/util/clock'
import { Ms } from '@kedge/shared/util/units'

export interface BucketSize {
  readonly perSecond: number
  readonly burst: number
}

/** More keys than these are not told apart: the one unused for longest is forgotten. */
const keptKeys = 20_000

/** A token bucket for each key, full at first. */
export class TokenBuckets {
  readonly #size: BucketSize
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #buckets = new Map<string, { tokens: number; at: number }>()

  constructor(size: BucketSize, clock: Pick<Clock, 'monotonic'>) {
    this.#size = size
    this.#clock = clock
  }

  /** Takes a token if there is one. */
  take(key: string): boolean {
    const bucket = this.#filled(key)
    if (bucket.tokens < 1) return false
    bucket.tokens -= 1
    return true
  }

  /** Takes what has been used already. @returns how long until the debt is paid, 0 without one */
  spend(key: string, cost: number): Ms {
    const bucket = this.#filled(key)
    bucket.tokens -= cost
    return Ms(Math.max(0, (-bucket.tokens / this.#size.perSecond) * 1_000))
  }

  #filled(key: string): { tokens: number } {
    const { perSecond, burst } = this.#size
    const at = this.#clock.monotonic()
    const before = this.#buckets.get(key) ?? { tokens: burst, at }
    const tokens = Math.min(burst, before.tokens + ((at - before.at) / 1_000) * perSecond)
    const bucket = { tokens, at }
    this.#buckets.delete(key)
    this.#buckets.set(key, bucket)
    const [oldest] = this.#buckets.keys()
    if (this.#buckets.size > keptKeys && oldest !== undefined) this.#buckets.delete(oldest)
    return bucket
  }
}
