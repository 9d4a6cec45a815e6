import type { ModelStore } from '@kedge/shared/device/ports/models'
import type { StateName, StateStore } from '@kedge/shared/device/ports/state'
import type { MetadataStore } from '@kedge/shared/trust/tuf/ports'

/**
 * The state of a tab that does not lead: begins with what the leading tab has saved and changes in
 * memory only, so that two tabs never write one record.
 */
export class BorrowedStateStore implements StateStore {
  readonly #stored: StateStore
  readonly #own = new Map<StateName, unknown>()

  constructor(stored: StateStore) {
    this.#stored = stored
  }

  load(name: StateName): Promise<unknown> {
    return this.#own.has(name) ? Promise.resolve(this.#own.get(name)) : this.#stored.load(name)
  }

  save(name: StateName, document: unknown): Promise<void> {
    this.#own.set(name, structuredClone(document))
    return Promise.resolve()
  }
}

/** Trusted metadata of the leading tab, and what this one would have changed in it. */
export class BorrowedMetadataStore implements MetadataStore {
  readonly #stored: MetadataStore
  readonly #own = new Map<string, Uint8Array | undefined>()

  constructor(stored: MetadataStore) {
    this.#stored = stored
  }

  read(name: string): Promise<Uint8Array | undefined> {
    return this.#own.has(name) ? Promise.resolve(this.#own.get(name)) : this.#stored.read(name)
  }

  write(name: string, bytes: Uint8Array): Promise<void> {
    this.#own.set(name, Uint8Array.from(bytes))
    return Promise.resolve()
  }

  remove(name: string): Promise<void> {
    this.#own.set(name, undefined)
    return Promise.resolve()
  }
}

/** The files of the leading tab, which alone decides when one may go. */
export const borrowModels = (models: ModelStore): ModelStore => ({
  heldChunks: (hashes) => models.heldChunks(hashes),
  putChunk: (sha256, bytes) => models.putChunk(sha256, bytes),
  assemble: (index) => models.assemble(index),
  putFile: (sha256, bytes) => models.putFile(sha256, bytes),
  has: (sha256) => models.has(sha256),
  read: (sha256) => models.read(sha256),
  list: () => models.list(),
  prune: () => Promise.resolve(),
  space: () => models.space(),
})
