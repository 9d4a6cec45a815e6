import type { ChunkIndex } from '@kedge/shared/delivery/chunk-index'
import type { ModelStore, StoredFile } from '@kedge/shared/device/ports/models'
import { DeliveryError, StorageError } from '@kedge/shared/errors/device-error'
import type { Sha256 } from '@kedge/shared/util/sha256'
import type { Database } from '../storage/database.js'
import { gatherChunks } from './chunk-gathering.js'
import { parseFileRecords, type FileRecord } from './file-record.js'
import { discardDamaged } from './damaged-chunks.js'

/** Verified files and arriving chunks in IndexedDB. */
export class IdbModelStore implements ModelStore {
  readonly #database: Database
  readonly #sha256: Sha256

  constructor(database: Database, sha256: Sha256) {
    this.#database = database
    this.#sha256 = sha256
  }

  async heldChunks(hashes: readonly string[]): Promise<Set<string>> {
    const { records, staged } = await this.#database.read(['files', 'chunks'], async (tx) => ({
      records: parseFileRecords(await tx.objectStore('files').getAll()),
      staged: await tx.objectStore('chunks').getAllKeys(),
    }))
    const held = new Set(staged)
    for (const { chunks } of records) for (const { sha256 } of chunks) held.add(sha256)
    return new Set(hashes.filter((hash) => held.has(hash)))
  }

  async putChunk(sha256: string, bytes: Uint8Array): Promise<void> {
    await this.#expectDigest(sha256, bytes)
    // A copy: storing a view stores the whole network buffer that it looks into.
    const row = bytes.slice()
    // A chunk lost to a power cut is fetched again, so the transfer need not wait for the disk.
    await this.#database.writeSoon(['chunks'], (transaction) =>
      transaction.objectStore('chunks').put(row, sha256),
    )
  }

  async assemble(index: ChunkIndex): Promise<void> {
    if (await this.has(index.sha256)) return
    const bytes = await gatherChunks(this.#database, index)
    if ((await this.#sha256(bytes)) !== index.sha256) {
      const joined = { index, sha256: this.#sha256, bytes }
      const damaged = await discardDamaged(this.#database, joined)
      throw damaged > 0 ? lost(index.sha256, damaged) : mismatch(index.sha256)
    }
    await this.#keep(recordOf(index), bytes)
  }

  async putFile(sha256: string, bytes: Uint8Array): Promise<void> {
    await this.#expectDigest(sha256, bytes)
    const { length } = bytes
    await this.#keep({ v: 1, sha256, length, chunks: [{ sha256, length }] }, bytes.slice())
  }

  async has(sha256: string): Promise<boolean> {
    const key = await this.#database.read(['contents'], (transaction) =>
      transaction.objectStore('contents').getKey(sha256),
    )
    return key !== undefined
  }

  async read(sha256: string): Promise<Uint8Array> {
    const blob = await this.#database.read(['contents'], (transaction) =>
      transaction.objectStore('contents').get(sha256),
    )
    if (blob === undefined) {
      throw new StorageError('storage-failed', `the file ${sha256} is not in the store`)
    }
    // A blob whose bytes the browser has lost rejects here: to us it is as damaged as a changed one.
    const bytes = await blob.arrayBuffer().then(
      (buffer) => new Uint8Array(buffer),
      () => undefined,
    )
    if (bytes !== undefined && (await this.#sha256(bytes)) === sha256) return bytes
    await this.#remove([sha256])
    throw new StorageError('storage-corrupt', `the file ${sha256} had changed and was removed`)
  }

  async list(): Promise<StoredFile[]> {
    const records = await this.#database.read(['files'], async (transaction) =>
      parseFileRecords(await transaction.objectStore('files').getAll()),
    )
    return records.map(({ sha256, length }) => ({ sha256, length }))
  }

  async prune(keep: ReadonlySet<string>, keepChunks: ReadonlySet<string>): Promise<void> {
    await this.#database.write(['files', 'contents', 'chunks'], async (transaction) => {
      const files = await transaction.objectStore('contents').getAllKeys()
      const chunks = await transaction.objectStore('chunks').getAllKeys()
      await Promise.all([
        ...files
          .filter((sha256) => !keep.has(sha256))
          .flatMap((sha256) => [
            transaction.objectStore('files').delete(sha256),
            transaction.objectStore('contents').delete(sha256),
          ]),
        ...chunks
          .filter((sha256) => !keepChunks.has(sha256))
          .map((sha256) => transaction.objectStore('chunks').delete(sha256)),
      ])
    })
  }

  async space(): Promise<{ usedBytes: number; freeBytes: number }> {
    const { usage = 0, quota = 0 } = await navigator.storage.estimate()
    return { usedBytes: usage, freeBytes: Math.max(0, quota - usage) }
  }

  /** Puts a verified file in its place and lets go of its staged chunks, all or nothing. */
  async #keep(record: FileRecord, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const blob = new Blob([bytes])
    await this.#database.write(['files', 'contents', 'chunks'], async (transaction) => {
      await Promise.all([
        transaction.objectStore('contents').put(blob, record.sha256),
        transaction.objectStore('files').put(record, record.sha256),
        ...record.chunks.map(({ sha256 }) => transaction.objectStore('chunks').delete(sha256)),
      ])
    })
  }

  #remove(files: readonly string[]): Promise<void> {
    return this.#database.write(['files', 'contents'], async (transaction) => {
      for (const sha256 of files) {
        await transaction.objectStore('files').delete(sha256)
        await transaction.objectStore('contents').delete(sha256)
      }
    })
  }

  async #expectDigest(sha256: string, bytes: Uint8Array): Promise<void> {
    if ((await this.#sha256(bytes)) !== sha256) throw mismatch(sha256)
  }
}

const recordOf = ({ sha256, length, chunks }: ChunkIndex): FileRecord => ({
  v: 1,
  sha256,
  length,
  chunks: chunks.map((chunk) => ({ sha256: chunk.sha256, length: chunk.length })),
})

const mismatch = (sha256: string) =>
  new DeliveryError('digest-mismatch', `the bytes announced as ${sha256} have another digest`)

const lost = (sha256: string, chunks: number) =>
  new DeliveryError(
    'chunk-unavailable',
    `${chunks} stored chunks of ${sha256} had changed and were removed`,
  )
