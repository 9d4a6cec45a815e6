import { deferred } from '@kedge/shared/util/deferred'
import { Exclusive } from '@kedge/shared/util/exclusive'

/** Tasks of one key run one after another, those of different keys side by side. */
export class KeyedExclusive {
  readonly #running = new Map<string, { exclusive: Exclusive; users: number }>()

  /** Runs a task that all of `keys` belong to: it starts when none of them has another. */
  async runAll<T>(keys: readonly string[], task: () => Promise<T>): Promise<T> {
    const done = deferred<void>()
    // Asked for in one go, so two that share keys meet in the same order at each of them.
    const turns = keys.map((key) => {
      const begun = deferred<void>()
      void this.run(key, () => {
        begun.resolve()
        return done.promise
      })
      return begun.promise
    })
    await Promise.all(turns)
    try {
      return await task()
    } finally {
      done.resolve()
    }
  }

  async run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const entry = this.#running.get(key) ?? { exclusive: new Exclusive(), users: 0 }
    this.#running.set(key, entry)
    entry.users += 1
    try {
      return await entry.exclusive.run(task)
    } finally {
      entry.users -= 1
      if (entry.users === 0) this.#running.delete(key)
    }
  }
}
