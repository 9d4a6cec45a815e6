type Ending = () => unknown

/** What has been opened, to be closed in reverse, all of it even when one part fails. */
export class Lifetime implements AsyncDisposable {
  readonly #endings: Ending[] = []

  use<T extends Disposable | AsyncDisposable>(resource: T): T {
    this.#endings.push(() =>
      Symbol.asyncDispose in resource
        ? resource[Symbol.asyncDispose]()
        : resource[Symbol.dispose](),
    )
    return resource
  }

  defer(ending: Ending): void {
    this.#endings.push(ending)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = []
    for (const end of this.#endings.splice(0).reverse()) {
      try {
        await end()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length === 1) throw failures[0]
    if (failures.length > 1) throw new AggregateError(failures, 'several parts did not end well')
  }
}
