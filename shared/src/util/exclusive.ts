/**
 * Runs tasks one after another, in the order they came.
 * A task that fails fails its own caller only; the next one runs.
 */
export class Exclusive {
  #tail: Promise<unknown> = Promise.resolve()

  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(task, task)
    this.#tail = result.catch(() => undefined)
    return result
  }

  /** Resolves when everything handed in so far has ended. */
  async idle(): Promise<void> {
    await this.#tail
  }
}
