import { rm, statfs } from 'node:fs/promises'
import { encodeChunkIndex, type ChunkIndex } from '@kedge/shared/delivery/chunk-index'
import type { ModelStore, StoredFile } from '@kedge/shared/device/ports/models'
import { maxFileBytes } from '@kedge/shared/model/release'
import { DeliveryError, StorageError } from '@kedge/shared/errors/device-error'
import { Exclusive } from '@kedge/shared/util/exclusive'
import type { DataLayout } from '../files/data-layout.js'
import { codeOf, toStorageError } from '../files/storage-faults.js'
import {
  moveIntoPlace,
  syncFolder,
  temporaryBeside,
  writeFileAtomic,
} from '../files/write-atomic.js'
import { assembleFile, findDamagedChunks } from './assemble-file.js'
import type { ByteRange } from './byte-range.js'
import { sha256Of } from './chunk-segment.js'
import { ChunkStaging } from './chunk-staging.js'
import { InstalledChunks } from './installed-chunks.js'
import { filePath, findFiles, indexPath } from './model-files.js'
import { readHashed } from './read-hashed.js'

/** Verified files in a folder, named by their digest, and chunks of those in transfer in another. */
export class DiskModelStore implements ModelStore, AsyncDisposable {
  readonly #folder: string
  readonly #staging: ChunkStaging
  readonly #lengths = new Map<string, number>()
  readonly #installed = new InstalledChunks()
  /** Assembling borrows from files that pruning removes. */
  readonly #changing = new Exclusive()

  private constructor(folder: string, staging: ChunkStaging) {
    this.#folder = folder
    this.#staging = staging
  }

  /** Takes stock, and removes what was half written. @throws StorageError */
  static async open(layout: DataLayout): Promise<DiskModelStore> {
    try {
      const store = new DiskModelStore(layout.models, await ChunkStaging.open(layout.chunks))
      for (const { sha256, length, index } of await findFiles(layout.models)) {
        store.#lengths.set(sha256, length)
        if (index !== undefined) store.#installed.add(store.#path(sha256), index)
      }
      return store
    } catch (cause) {
      throw toStorageError(cause, { doing: `read the model store in ${layout.root}` })
    }
  }

  heldChunks(hashes: readonly string[]): Promise<Set<string>> {
    return Promise.resolve(new Set(hashes.filter((sha256) => this.#locate(sha256) !== undefined)))
  }

  async putChunk(sha256: string, bytes: Uint8Array): Promise<void> {
    checkDigest('chunk', sha256, sha256Of(bytes))
    if (this.#locate(sha256) === undefined) await this.#staging.put(sha256, bytes)
  }

  assemble(index: ChunkIndex): Promise<void> {
    return this.#changing.run(async () => {
      if (!this.#lengths.has(index.sha256)) await this.#assemble(index)
      await this.#letGo((sha256) => this.#installed.locate(sha256) === undefined)
    })
  }

  putFile(sha256: string, bytes: Uint8Array): Promise<void> {
    return this.#changing.run(async () => {
      checkDigest('file', sha256, sha256Of(bytes))
      if (this.#lengths.has(sha256)) return
      await writeFileAtomic(this.#path(sha256), bytes)
      this.#lengths.set(sha256, bytes.length)
    })
  }

  has(sha256: string): Promise<boolean> {
    return Promise.resolve(this.#lengths.has(sha256))
  }

  async read(sha256: string): Promise<Uint8Array> {
    const found = await this.#readInstalled(sha256)
    if (found?.sha256 === sha256) return found.bytes
    await this.#changing.run(() => this.#remove(sha256))
    throw new StorageError(
      'storage-corrupt',
      `the stored file ${sha256} is not what was written; it has been removed`,
    )
  }

  list(): Promise<StoredFile[]> {
    return Promise.resolve([...this.#lengths].map(([sha256, length]) => ({ sha256, length })))
  }

  prune(keep: ReadonlySet<string>, keepChunks: ReadonlySet<string>): Promise<void> {
    return this.#changing.run(async () => {
      for (const sha256 of [...this.#lengths.keys()]) {
        if (!keep.has(sha256)) await this.#remove(sha256)
      }
      await this.#letGo((sha256) => keepChunks.has(sha256))
    })
  }

  async space(): Promise<{ usedBytes: number; freeBytes: number }> {
    const files = [...this.#lengths.values()].reduce((sum, length) => sum + length, 0)
    return { usedBytes: files + this.#staging.usedBytes, freeBytes: await this.#freeBytes() }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#changing.idle()
    await this.#staging[Symbol.asyncDispose]()
  }

  #path(sha256: string): string {
    return filePath(this.#folder, sha256)
  }

  #locate(sha256: string): ByteRange | undefined {
    const found = this.#staging.locate(sha256) ?? this.#installed.locate(sha256)
    if (found !== undefined) return found
    const length = this.#lengths.get(sha256)
    return length === undefined ? undefined : { file: this.#path(sha256), offset: 0, length }
  }

  async #assemble(index: ChunkIndex): Promise<void> {
    const ranges = this.#locateAll(index)
    const target = this.#path(index.sha256)
    const beside = temporaryBeside(target)
    try {
      const actual = await assembleFile(beside, ranges)
      checkDigest('assembled file', index.sha256, actual)
      await writeFileAtomic(indexPath(this.#folder, index.sha256), encodeChunkIndex(index))
      await moveIntoPlace(beside, target)
    } catch (cause) {
      await rm(beside, { force: true }).catch(() => undefined)
      await this.#blameChunks(index, ranges, cause)
      throw await this.#explain(cause, index)
    }
    this.#lengths.set(index.sha256, index.length)
    this.#installed.add(target, index)
  }

  #locateAll(index: ChunkIndex): ByteRange[] {
    const ranges = index.chunks.map(({ sha256, length }) => {
      const range = this.#locate(sha256)
      return range?.length === length ? range : undefined
    })
    const held = ranges.filter((range) => range !== undefined)
    if (held.length === ranges.length) return held
    throw new DeliveryError(
      'chunk-unavailable',
      `${ranges.length - held.length} of ${ranges.length} chunks of ${index.sha256} are not held`,
    )
  }

  /**
   * Hashing the whole says only that something is wrong. When it was a source on this disk, that
   * source is no longer offered, so that the next transfer fetches those chunks instead of ending
   * here again.
   */
  async #blameChunks(
    index: ChunkIndex,
    ranges: readonly ByteRange[],
    cause: unknown,
  ): Promise<void> {
    if (!(cause instanceof DeliveryError) && !(cause instanceof StorageError)) return
    const bad = await findDamagedChunks(index, ranges)
    if (bad.size === 0) return
    for (const sha256 of bad) {
      await this.#stopOffering(sha256)
    }
    await this.#letGo((sha256) => !bad.has(sha256))
    throw new DeliveryError(
      'chunk-unavailable',
      `${bad.size} chunks of ${index.sha256} were damaged on this disk and must be fetched again`,
      { cause },
    )
  }

  async #stopOffering(chunk: string): Promise<void> {
    if (this.#lengths.has(chunk)) await this.#remove(chunk)
    const lender = this.#installed.locate(chunk)?.file
    if (lender === undefined) return
    this.#installed.remove(lender)
    await rm(`${lender}.chunks`, { force: true })
  }

  async #explain(cause: unknown, { sha256, length }: ChunkIndex): Promise<Error> {
    if (cause instanceof DeliveryError) return cause
    const have = await this.#freeBytes().catch(() => undefined)
    const doing = `assemble ${sha256}`
    return toStorageError(cause, { doing, need: length, ...(have !== undefined && { have }) })
  }

  async #readInstalled(sha256: string): ReturnType<typeof readHashed> {
    try {
      return await readHashed(this.#path(sha256), this.#lengths.get(sha256) ?? maxFileBytes)
    } catch (cause) {
      if (codeOf(cause) !== 'ENOENT') {
        throw toStorageError(cause, { doing: `read the stored file ${sha256}` })
      }
      this.#forget(sha256)
      throw new StorageError('storage-failed', `the file ${sha256} is not in the store`, { cause })
    }
  }

  async #letGo(isWanted: (sha256: string) => boolean): Promise<void> {
    try {
      await this.#staging.keepOnly(isWanted)
    } catch (cause) {
      throw toStorageError(cause, { doing: 'remove chunks that are no longer needed' })
    }
  }

  async #remove(sha256: string): Promise<void> {
    try {
      await rm(this.#path(sha256), { force: true })
      await rm(indexPath(this.#folder, sha256), { force: true })
      await syncFolder(this.#folder)
    } catch (cause) {
      throw toStorageError(cause, { doing: `remove the stored file ${sha256}` })
    }
    this.#forget(sha256)
  }

  #forget(sha256: string): void {
    this.#lengths.delete(sha256)
    this.#installed.remove(this.#path(sha256))
  }

  async #freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.#folder)
    return bavail * bsize
  }
}

function checkDigest(what: string, expected: string, actual: string): void {
  if (expected === actual) return
  throw new DeliveryError('digest-mismatch', `${what} ${expected}: the bytes hash to ${actual}`)
}
