import type { Bytes } from '@kedge/shared/util/units'
import type { BlobStore } from './blob-store.js'

/**
 * Keeps the blobs read last, up to a number of bytes, and reads a blob that many ask for at once only
 * once: in a rollout all devices fetch the same chunks at about the same time.
 */
export class CachedBlobStore implements BlobStore {
  readonly #store: BlobStore
  readonly #capacity: Bytes
  readonly #kept = new Map<string, Uint8Array>()
  readonly #reading = new Map<string, Promise<Uint8Array | undefined>>()
  #bytes = 0

  constructor(store: BlobStore, capacity: Bytes) {
    this.#store = store
    this.#capacity = capacity
  }

  async get(sha256: string): Promise<Uint8Array | undefined> {
    const kept = this.#kept.get(sha256)
    if (kept !== undefined) {
      // The last in the map is the one used last.
      this.#kept.delete(sha256)
      this.#kept.set(sha256, kept)
      return kept
    }
    const reading = this.#reading.get(sha256) ?? this.#read(sha256)
    return reading
  }

  async has(sha256: string): Promise<boolean> {
    return this.#kept.has(sha256) || this.#store.has(sha256)
  }

  put(sha256: string, bytes: Uint8Array): Promise<void> {
    return this.#store.put(sha256, bytes)
  }

  missing(hashes: readonly string[]): Promise<string[]> {
    return this.#store.missing(hashes)
  }

  async size(sha256: string): Promise<number | undefined> {
    return this.#kept.get(sha256)?.length ?? this.#store.size(sha256)
  }

  #read(sha256: string): Promise<Uint8Array | undefined> {
    const reading = this.#store
      .get(sha256)
      .then((bytes) => {
        if (bytes !== undefined) this.#keep(sha256, bytes)
        return bytes
      })
      .finally(() => this.#reading.delete(sha256))
    this.#reading.set(sha256, reading)
    return reading
  }

  #keep(sha256: string, bytes: Uint8Array): void {
    this.#kept.set(sha256, bytes)
    this.#bytes += bytes.length
    for (const [oldest, old] of this.#kept) {
      if (this.#bytes <= this.#capacity) return
      this.#kept.delete(oldest)
      this.#bytes -= old.length
    }
  }
}
