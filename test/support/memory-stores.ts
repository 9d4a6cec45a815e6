import type { StateName, StateStore } from '@kedge/shared/device/ports/state'
import type { TelemetrySpool } from '@kedge/shared/device/ports/telemetry'
import type { StorageError } from '@kedge/shared/errors/device-error'
import type { SequencedWindow } from '@kedge/shared/protocol/telemetry'
import type { TelemetryWindow } from '@kedge/shared/telemetry/window'
import type { MetadataStore } from '@kedge/shared/trust/tuf/ports'

/** Documents as text, as a disk would keep them. */
export class MemoryStateStore implements StateStore {
  #documents: Map<StateName, string>
  onWrite: () => void = () => undefined
  /** Sees each document as it was saved. */
  onSave: (text: string) => void = () => undefined
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
    this.onSave(text)
  }
}

/** Metadata files, as a disk would keep them. */
export class MemoryMetadataStore implements MetadataStore {
  readonly files: Map<string, Uint8Array>
  onWrite: () => void = () => undefined
  failure: StorageError | undefined

  constructor(files: Iterable<[string, Uint8Array]> = []) {
    this.files = new Map(files)
  }

  copy(): MemoryMetadataStore {
    return new MemoryMetadataStore(this.files)
  }

  read(name: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.files.get(name))
  }

  write(name: string, bytes: Uint8Array): Promise<void> {
    return this.#change(() => this.files.set(name, Uint8Array.from(bytes)))
  }

  remove(name: string): Promise<void> {
    return this.#change(() => this.files.delete(name))
  }

  async #change(change: () => void): Promise<void> {
    await Promise.resolve()
    if (this.failure) throw this.failure
    this.onWrite()
    change()
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
