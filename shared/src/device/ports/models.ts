import type { ChunkIndex } from '../../delivery/chunk-index.js'

export interface StoredFile {
  readonly sha256: string
  readonly length: number
}

/**
 * Verified files by digest, and the chunks of those that are still arriving.
 * A chunk that an installed file contains counts as held: it is read from there.
 */
export interface ModelStore {
  /** Those of `hashes` that need not be fetched. */
  heldChunks(hashes: readonly string[]): Promise<Set<string>>

  /**
   * Keeps a chunk of a file in transfer; it is durable once this resolves.
   * @throws StorageError `storage-full`, `storage-failed`; DeliveryError `digest-mismatch`
   */
  putChunk(sha256: string, bytes: Uint8Array): Promise<void>

  /**
   * Joins held chunks into the file `index` describes, checks the whole against its digest, gives it
   * that name, and lets go of the chunks. Nothing is changed when it fails.
   * @throws DeliveryError `digest-mismatch`, `chunk-unavailable`; StorageError
   */
  assemble(index: ChunkIndex): Promise<void>

  /**
   * Stores a small whole file, such as a release envelope, under its digest.
   * @throws DeliveryError `digest-mismatch`; StorageError
   */
  putFile(sha256: string, bytes: Uint8Array): Promise<void>

  has(sha256: string): Promise<boolean>

  /**
   * The bytes of a file, hashed again.
   * @throws StorageError `storage-corrupt` when they have changed (the file is removed),
   *   `storage-failed` when it is not there
   */
  read(sha256: string): Promise<Uint8Array>

  list(): Promise<StoredFile[]>

  /** Removes every file that is not in `keep`, and every staged chunk that is not in `keepChunks`. */
  prune(keep: ReadonlySet<string>, keepChunks: ReadonlySet<string>): Promise<void>

  space(): Promise<{ usedBytes: number; freeBytes: number }>
}
