/** What has changed; whoever shows it asks for its new state. */
export interface ChangeEvent {
  readonly event: 'device' | 'model' | 'rollout' | 'telemetry'
  readonly id: string
}

type Listener = (change: ChangeEvent) => void

/** Tells listeners inside this process what has changed. */
export class EventBus {
  readonly #listeners = new Set<Listener>()

  emit(event: ChangeEvent['event'], id: string): void {
    for (const listener of this.#listeners) listener({ event, id })
  }

  /** The result ends it. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
