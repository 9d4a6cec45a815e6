import type { StateName, StateStore } from '@kedge/shared/device/ports/state'
import { StorageError } from '@kedge/shared/errors/device-error'
import type { Database } from '../storage/database.js'

/** The device's documents in IndexedDB, each as JSON text so that what is read is what was written. */
export class IdbStateStore implements StateStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async load(name: StateName): Promise<unknown> {
    const key = keyOf(name)
    const stored = await this.#database.read(['documents'], (transaction) =>
      transaction.objectStore('documents').get(key),
    )
    if (stored === undefined) return undefined
    try {
      if (typeof stored === 'string') return JSON.parse(stored) as unknown
    } catch {
      // Set aside below.
    }
    await this.#setAside(key, stored)
    return undefined
  }

  async save(name: StateName, document: unknown): Promise<void> {
    const text = JSON.stringify(document)
    // JSON.stringify gives undefined for what JSON cannot say; its type does not admit that.
    if (typeof text !== 'string') {
      throw new StorageError('storage-failed', `the document ${name} cannot be written as JSON`)
    }
    await this.#database.write(['documents'], (transaction) =>
      transaction.objectStore('documents').put(text, keyOf(name)),
    )
  }

  #setAside(key: string, stored: unknown): Promise<void> {
    return this.#database.write(['documents'], async (transaction) => {
      const documents = transaction.objectStore('documents')
      await documents.put(stored, `${key}.unreadable`)
      await documents.delete(key)
    })
  }
}

const keyOf = (name: StateName) => `state/${name}`
