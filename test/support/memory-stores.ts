import type { StateName, StateStore } from '@kedge/shared/device/ports/state'
import type { TelemetrySpool } from '@kedge/shared/device/ports/telemetry'
import type { StorageError } from '@kedge/shared/errors/device-error'
import type { SequencedWindow } from '@kedge/shared/protocol/telemetry'
import type { TelemetryWindow } from '@kedge/shared/telemetry/window'

/** Documents as text, as a disk would keep them. */
export class MemoryStateStore implements StateStore {
  #documents: Map<StateName, string>
  onWrite: () => void = () => undefined
  failure: StorageError | undefined

  constructor(documents: Iterable<[StateName, string]> = []) {
    this.#documents = new Map(documents)
  }

  copy(): MemoryStateStore {
    return new MemoryStateStore(this.#documents)
  }

  load(name: StateName): Promise<unknown> {
    const text = this.#documents.get(name)
    return Promise.resolve(text === undefined ? undefined : (JSON.parse(text) as unknown))
  }

  async save(name: StateName, document: unknown): Promise<void> {
    const text = JSON.stringify(document)
    await Promise.resolve()
    if (this.failure) throw this.failure
    this.onWrite()
    this.#documents.set(name, text)
    this.onWrite()
  }
}

export class MemorySpool implements TelemetrySpool {
  readonly stream: string
  windows: SequencedWindow[] = []
  #next = 1

  constructor(stream = '0123456789abcdef') {
    this.stream = stream
  }

  append(window: TelemetryWindow): Promise<void> {
    this.windows.push({ ...window, seq: this.#next++ })
    return Promise.resolve()
  }

  pending(after: number, limit: number): Promise<SequencedWindow[]> {
    return Promise.resolve(this.windows.filter(({ seq }) => seq > after).slice(0, limit))
  }

  trim(upTo: number): Promise<void> {
    this.windows = this.windows.filter(({ seq }) => seq > upTo)
    return Promise.resolve()
  }

  dropped(): Promise<Record<string, number>> {
    return Promise.resolve({})
  }
}
