import type { RuntimeEvent, RuntimeEvents } from './runtime-events.js'

type Listener = (value: never) => void

/** Listeners by event. One that throws does not keep the others from hearing. */
export class EventHub {
  readonly #listeners = new Map<keyof RuntimeEvents, Set<Listener>>()

  on<Name extends keyof RuntimeEvents>(
    name: Name,
    listener: (value: RuntimeEvents[Name]) => void,
  ): () => void {
    const listeners = this.#listeners.get(name) ?? new Set<Listener>()
    this.#listeners.set(name, listeners)
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  emit({ name, value }: RuntimeEvent): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        listener(value as never)
      } catch (error) {
        reportError(error)
      }
    }
  }
}
