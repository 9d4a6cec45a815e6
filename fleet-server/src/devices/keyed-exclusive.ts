import { Exclusive } from '@kedge/shared/util/exclusive'

/** Tasks of one key run one after another, those of different keys side by side. */
export class KeyedExclusive {
  readonly #running = new Map<string, { exclusive: Exclusive; users: number }>()

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
