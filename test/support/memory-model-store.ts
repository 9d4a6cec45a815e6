import { createHash } from 'node:crypto'
import type { ChunkIndex } from '@kedge/shared/delivery/chunk-index'
import { chunksOf } from '@kedge/shared/delivery/chunker'
import type { ModelStore, StoredFile } from '@kedge/shared/device/ports/models'
import { DeliveryError, StorageError } from '@kedge/shared/errors/device-error'
import { concatBytes } from '@kedge/shared/util/bytes'

const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

interface Contents {
  files: Map<string, Uint8Array>
  chunks: Map<string, Uint8Array>
  indexes: Map<string, ChunkIndex>
}

/** A model store in memory, with a disk that a test can fill, spoil and copy. */
export class MemoryModelStore implements ModelStore {
  #contents: Contents = { files: new Map(), chunks: new Map(), indexes: new Map() }
  freeBytes = 2 ** 30
  /** Called before and after everything that changes what is stored. */
  onWrite: () => void = () => undefined
  /** What every write fails with while it is set. */
  failure: StorageError | undefined
  /** What `space` fails with while it is set. */
  spaceFailure: StorageError | undefined

  copy(): MemoryModelStore {
    const copy = new MemoryModelStore()
    const { files, chunks, indexes } = this.#contents
    copy.#contents = { files: new Map(files), chunks: new Map(chunks), indexes: new Map(indexes) }
    return copy
  }

  get stagedChunks(): string[] {
    return [...this.#contents.chunks.keys()]
  }

  /** Flips a bit of a stored file or of a staged chunk. */
  spoil(sha256: string): void {
    for (const place of [this.#contents.files, this.#contents.chunks]) {
      const bytes = place.get(sha256)
      if (!bytes) continue
      const spoilt = new Uint8Array(bytes)
      spoilt[0]! ^= 1
      place.set(sha256, spoilt)
    }
  }

  remove(sha256: string): void {
    this.#contents.files.delete(sha256)
  }

  heldChunks(hashes: readonly string[]): Promise<Set<string>> {
    const held = this.#installed()
    return Promise.resolve(
      new Set(hashes.filter((sha256) => held.has(sha256) || this.#contents.chunks.has(sha256))),
    )
  }

  async putChunk(sha256: string, bytes: Uint8Array): Promise<void> {
    await this.#write(() => {
      if (digestOf(bytes) !== sha256) throw new DeliveryError('digest-mismatch', sha256)
      this.#contents.chunks.set(sha256, new Uint8Array(bytes))
    })
  }

  async assemble(index: ChunkIndex): Promise<void> {
    await this.#write(() => {
      const installed = this.#installed()
      const parts = index.chunks.map(({ sha256 }) => {
        const bytes = installed.get(sha256) ?? this.#contents.chunks.get(sha256)
        if (bytes && digestOf(bytes) === sha256) return bytes
        this.#contents.chunks.delete(sha256)
        throw new DeliveryError('chunk-unavailable', `chunk ${sha256} is not held whole`)
      })
      const file = concatBytes(parts)
      if (digestOf(file) !== index.sha256) throw new DeliveryError('digest-mismatch', index.sha256)
      this.#contents.files.set(index.sha256, file)
      this.#contents.indexes.set(index.sha256, index)
      for (const { sha256 } of index.chunks) this.#contents.chunks.delete(sha256)
    })
  }

  async putFile(sha256: string, bytes: Uint8Array): Promise<void> {
    await this.#write(() => {
      if (digestOf(bytes) !== sha256) throw new DeliveryError('digest-mismatch', sha256)
      this.#contents.files.set(sha256, new Uint8Array(bytes))
    })
  }

  has(sha256: string): Promise<boolean> {
    return Promise.resolve(this.#contents.files.has(sha256))
  }

  async read(sha256: string): Promise<Uint8Array> {
    await Promise.resolve()
    const bytes = this.#contents.files.get(sha256)
    if (!bytes) throw new StorageError('storage-failed', `there is no file ${sha256}`)
    if (digestOf(bytes) === sha256) return bytes
    this.#contents.files.delete(sha256)
    throw new StorageError('storage-corrupt', `file ${sha256} has changed`)
  }

  list(): Promise<StoredFile[]> {
    const files = [...this.#contents.files]
    return Promise.resolve(files.map(([sha256, { length }]) => ({ sha256, length })))
  }

  async prune(keep: ReadonlySet<string>, keepChunks: ReadonlySet<string>): Promise<void> {
    await this.#write(() => {
      const { files, chunks, indexes } = this.#contents
      for (const sha256 of files.keys()) if (!keep.has(sha256)) files.delete(sha256)
      for (const sha256 of chunks.keys()) if (!keepChunks.has(sha256)) chunks.delete(sha256)
      for (const sha256 of indexes.keys()) if (!files.has(sha256)) indexes.delete(sha256)
    })
  }

  async space(): Promise<{ usedBytes: number; freeBytes: number }> {
    await Promise.resolve()
    if (this.spaceFailure) throw this.spaceFailure
    const all = [...this.#contents.files.values(), ...this.#contents.chunks.values()]
    return {
      usedBytes: all.reduce((sum, { length }) => sum + length, 0),
      freeBytes: this.freeBytes,
    }
  }

  async #write(change: () => void): Promise<void> {
    await Promise.resolve()
    if (this.failure) throw this.failure
    this.onWrite()
    change()
    this.onWrite()
  }

  #installed(): Map<string, Uint8Array> {
    const held = new Map<string, Uint8Array>()
    for (const [sha256, index] of this.#contents.indexes) {
      const file = this.#contents.files.get(sha256)
      if (!file) continue
      for (const [{ sha256: name }, bytes] of chunksOf(file, index)) {
        if (digestOf(bytes) === name) held.set(name, bytes)
      }
    }
    return held
  }
}
