import type { MetadataStore } from '@kedge/shared/trust/tuf/ports'
import type { Database } from '../storage/database.js'

/** Trusted TUF metadata in IndexedDB, byte for byte; a browser that joins another fleet forgets it. */
export class IdbMetadataStore implements MetadataStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    const stored = await this.#database.read(['documents'], (transaction) =>
      transaction.objectStore('documents').get(keyOf(name)),
    )
    return stored instanceof Uint8Array ? stored : undefined
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    // A view's copy: what is stored of a view is the whole buffer under it.
    const copy = Uint8Array.from(bytes)
    await this.#database.write(['documents'], (transaction) =>
      transaction.objectStore('documents').put(copy, keyOf(name)),
    )
  }

  async remove(name: string): Promise<void> {
    await this.#database.write(['documents'], (transaction) =>
      transaction.objectStore('documents').delete(keyOf(name)),
    )
  }
}

const keyOf = (name: string) => `metadata/${name}`
