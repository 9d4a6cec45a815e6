import { InvariantError } from '@kedge/shared/errors/kedge-error'

type Step = () => unknown

/** What has to be undone, last begun first. One step that fails does not keep the others from it. */
export class Teardown implements AsyncDisposable {
  readonly #steps: Step[] = []

  add(step: Step): void {
    this.#steps.push(step)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const errors: unknown[] = []
    for (const step of this.#steps.splice(0).reverse()) {
      try {
        await step()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length === 0) return
    throw new InvariantError('not everything could be stopped in order', {
      cause: errors.length === 1 ? errors[0] : new AggregateError(errors),
    })
  }
}
