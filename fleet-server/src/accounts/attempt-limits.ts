import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { Clock } from '@kedge/shared/util/clock'
import { Minutes } from '@kedge/shared/util/units'

/** Failed attempts in a quarter of an hour. */
const perAccount = 10
const perAddress = 50
const window = Minutes(15)
/** More names or addresses than these are not told apart: the oldest is forgotten. */
const mostKept = 10_000

/**
 * Counts failed attempts to sign in, by the name that was tried and by the address that tried. Right
 * ones cost nothing, so nobody is kept out of what is theirs by using it often.
 */
export class AttemptLimits {
  readonly #byAccount: FailureCount
  readonly #byAddress: FailureCount

  constructor(clock: Clock) {
    this.#byAccount = new FailureCount(perAccount, clock)
    this.#byAddress = new FailureCount(perAddress, clock)
  }

  /** @throws UsageError `rate-limited` when there were too many; the attempt is not even looked at */
  check(address: string, account?: string): void {
    const waits = [this.#byAddress.wait(address)]
    if (account !== undefined) waits.push(this.#byAccount.wait(account))
    const wait = Math.max(...waits)
    if (wait === 0) return
    throw new UsageError(
      'rate-limited',
      `too many failed attempts to sign in; try again in ${Math.ceil(wait / 60_000)} min`,
    )
  }

  countFailure(address: string, account?: string): void {
    this.#byAddress.add(address)
    if (account !== undefined) this.#byAccount.add(account)
  }

  /** Somebody proved to be the owner of the account: what was tried before was their own mistake. */
  forgive(account: string): void {
    this.#byAccount.clear(account)
  }
}

/** Failures by key; each key's window begins with its first. */
class FailureCount {
  readonly #most: number
  readonly #clock: Clock
  readonly #failures = new Map<string, { count: number; readonly until: number }>()

  constructor(most: number, clock: Clock) {
    this.#most = most
    this.#clock = clock
  }

  /** How long to wait in ms; 0 when another attempt may be made. */
  wait(key: string): number {
    const failed = this.#failures.get(key)
    if (failed === undefined || failed.count < this.#most) return 0
    return Math.max(0, failed.until - this.#clock.monotonic())
  }

  add(key: string): void {
    const now = this.#clock.monotonic()
    const failed = this.#failures.get(key)
    if (failed && failed.until > now) {
      failed.count += 1
      return
    }
    // Taken out first, so that the order of the keys is that of their windows.
    this.#failures.delete(key)
    this.#failures.set(key, { count: 1, until: now + window })
    const [oldest] = this.#failures.keys()
    if (this.#failures.size > mostKept && oldest !== undefined) this.#failures.delete(oldest)
  }

  clear(key: string): void {
    this.#failures.delete(key)
  }
}
