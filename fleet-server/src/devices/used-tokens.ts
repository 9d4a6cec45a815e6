/** Names remembered at once; more are forgotten oldest first. A token lives for minutes. */
const kept = 100_000

/** Tokens that were shown once: shown again, they come from somebody who has overheard them. */
export class UsedTokens {
  readonly #until = new Map<string, number>()

  /** True the first time. `until`, in ms since the epoch, is when the token is worthless anyway. */
  isFirst(name: string, { until, now }: { readonly until: number; readonly now: number }): boolean {
    if (this.#until.has(name)) return false
    this.#until.set(name, until)
    for (const [one, end] of this.#until) {
      if (end > now && this.#until.size <= kept) break
      this.#until.delete(one)
    }
    return true
  }
}
