import { TrustError } from '../errors/trust-error.js'
import type { RootDocument } from '../trust/tuf/documents.js'
import type { MetadataStore } from '../trust/tuf/ports.js'
import { readMetadata } from '../trust/tuf/verify-metadata.js'
import { Ms } from '../util/units.js'

const roles = ['timestamp', 'snapshot', 'targets'] as const

/** A store of metadata that knows when its files expire: each is read for that once it has changed. */
export class ExpiringStore implements MetadataStore {
  readonly #store: MetadataStore
  readonly #expiries = new Map<string, number | undefined>()

  constructor(store: MetadataStore) {
    this.#store = store
  }

  read(name: string): Promise<Uint8Array | undefined> {
    return this.#store.read(name)
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    await this.#store.write(name, bytes).finally(() => this.#expiries.delete(name))
  }

  async remove(name: string): Promise<void> {
    await this.#store.remove(name).finally(() => this.#expiries.delete(name))
  }

  /**
   * When the first of the trusted files expires; undefined where there is nothing yet but the root.
   * What is in the store was verified before it came there. Nothing may be written meanwhile.
   */
  async firstExpiry(root: RootDocument): Promise<Ms | undefined> {
    const stored = await Promise.all(roles.map((role) => this.#expiry(role)))
    const known = stored.filter((expires) => expires !== undefined)
    return known.length === 0 ? undefined : Ms(Math.min(Date.parse(root.expires), ...known))
  }

  async #expiry(role: (typeof roles)[number]): Promise<number | undefined> {
    const name = `${role}.json`
    if (!this.#expiries.has(name)) this.#expiries.set(name, await this.#read(name, role))
    return this.#expiries.get(name)
  }

  async #read(name: string, role: (typeof roles)[number]): Promise<number | undefined> {
    const bytes = await this.#store.read(name)
    if (bytes === undefined) return undefined
    try {
      return Date.parse(readMetadata(bytes, role).signed.expires)
    } catch (error) {
      // Spoilt on this disk: the next refresh takes it for missing.
      if (error instanceof TrustError) return undefined
      throw error
    }
  }
}
