import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { UsageError } from '@kedge/shared/errors/kedge-error'

/** Failed attempts in a quarter of an hour. */
const perAccount = 10
const perAddress = 50
const windowS = 15 * 60

/**
 * Counts failed attempts to sign in, by the name that was tried and by the address that tried. Right
 * ones cost nothing, so nobody is kept out of what is theirs by using it often.
 */
export class AttemptLimits {
  readonly #byAccount = new RateLimiterMemory({ points: perAccount, duration: windowS })
  readonly #byAddress = new RateLimiterMemory({ points: perAddress, duration: windowS })

  /** @throws UsageError `rate-limited` when there were too many; the attempt is not even looked at */
  async check(address: string, account?: string): Promise<void> {
    const [tried, triedHere] = await Promise.all([
      account === undefined ? null : this.#byAccount.get(account),
      this.#byAddress.get(address),
    ])
    const isOver =
      (tried?.consumedPoints ?? 0) >= perAccount || (triedHere?.consumedPoints ?? 0) >= perAddress
    if (!isOver) return
    const waitMs = Math.max(tried?.msBeforeNext ?? 0, triedHere?.msBeforeNext ?? 0)
    throw new UsageError(
      'rate-limited',
      `too many failed attempts to sign in; try again in ${Math.ceil(waitMs / 60_000)} min`,
    )
  }

  async countFailure(address: string, account?: string): Promise<void> {
    await Promise.all([
      consume(this.#byAddress, address),
      account === undefined ? undefined : consume(this.#byAccount, account),
    ])
  }

  /** Somebody proved to be the owner of the account: what was tried before was their own mistake. */
  async forgive(account: string): Promise<void> {
    await this.#byAccount.delete(account)
  }
}

async function consume(limiter: RateLimiterMemory, key: string): Promise<void> {
  try {
    await limiter.consume(key)
  } catch (spent) {
    if (!(spent instanceof RateLimiterRes)) throw spent
  }
}
