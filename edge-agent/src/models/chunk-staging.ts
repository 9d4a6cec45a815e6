import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { toStorageError } from '../files/storage-faults.js'
import type { ByteRange } from './byte-range.js'
import { recordBytes, scanSegment } from './chunk-segment.js'
import { SegmentWriter, type StagedChunk } from './segment-writer.js'

/** A segment goes when its last chunk is let go, so this bounds what a forgotten chunk can hold. */
const segmentBytes = 16 * 1024 * 1024
const batchChunks = 64

interface Waiting extends StagedChunk {
  readonly resolve: () => void
  readonly reject: (cause: Error) => void
}

/**
 * Chunks of files in transfer, in a few append-only segment files. Chunks that come together share
 * one flush: with a file and a flush for each, a 64 MiB model on an SD card is a thousand flushes.
 */
export class ChunkStaging implements AsyncDisposable {
  readonly #folder: string
  readonly #chunks = new Map<string, ByteRange>()
  /** Chunks not let go, by segment file. */
  readonly #live = new Map<string, number>()
  readonly #arriving = new Map<string, Promise<void>>()
  #queue: Waiting[] = []
  #writing: Promise<void> | undefined
  #writer: SegmentWriter | undefined
  #segments = 0
  #usedBytes = 0

  private constructor(folder: string) {
    this.#folder = folder
  }

  static async open(folder: string): Promise<ChunkStaging> {
    const staging = new ChunkStaging(folder)
    await staging.#load()
    return staging
  }

  get usedBytes(): number {
    return this.#usedBytes
  }

  locate(sha256: string): ByteRange | undefined {
    return this.#chunks.get(sha256)
  }

  /** Durable once this resolves. The caller has checked the digest. @throws StorageError */
  put(sha256: string, bytes: Uint8Array): Promise<void> {
    if (this.#chunks.has(sha256)) return Promise.resolve()
    const arriving = this.#arriving.get(sha256)
    if (arriving !== undefined) return arriving
    const put = new Promise<void>((resolve, reject) => {
      this.#queue.push({ sha256, bytes, resolve, reject })
    }).finally(() => this.#arriving.delete(sha256))
    this.#arriving.set(sha256, put)
    this.#writing ??= this.#drain()
    return put
  }

  /** Lets go of every chunk for which `isWanted` is false. */
  async keepOnly(isWanted: (sha256: string) => boolean): Promise<void> {
    for (const [sha256, range] of this.#chunks) {
      if (!isWanted(sha256)) this.#forget(sha256, range)
    }
    for (const [file, live] of this.#live) {
      if (live === 0) await this.#removeSegment(file)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing
    await this.#writer?.close()
  }

  async #load(): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      const file = path.join(this.#folder, name)
      for (const { sha256, range } of await scanSegment(file)) {
        // A chunk that was let go and came again is in two segments.
        if (!this.#chunks.has(sha256)) this.#remember(sha256, range)
      }
      if (!this.#live.has(file)) await rm(file, { force: true })
      const number = Number.parseInt(name, 10)
      if (number >= this.#segments) this.#segments = number + 1
    }
  }

  #remember(sha256: string, range: ByteRange): void {
    this.#chunks.set(sha256, range)
    this.#live.set(range.file, (this.#live.get(range.file) ?? 0) + 1)
    this.#usedBytes += recordBytes(range.length)
  }

  #forget(sha256: string, range: ByteRange): void {
    this.#chunks.delete(sha256)
    this.#live.set(range.file, this.#live.get(range.file)! - 1)
    this.#usedBytes -= recordBytes(range.length)
  }

  async #removeSegment(file: string): Promise<void> {
    // A segment that is being appended to goes the next time.
    if (this.#writer?.file === file && this.#writing !== undefined) return
    this.#live.delete(file)
    if (this.#writer?.file === file) {
      const writer = this.#writer
      this.#writer = undefined
      await writer.close()
    }
    await rm(file, { force: true })
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, batchChunks)
      try {
        await this.#commit(batch)
        for (const { resolve } of batch) resolve()
      } catch (cause) {
        const need = batch.reduce((sum, { bytes }) => sum + bytes.length, 0)
        const error = toStorageError(cause, { doing: 'keep a chunk', need })
        for (const { reject } of batch) reject(error)
      }
    }
    this.#writing = undefined
  }

  async #commit(batch: readonly StagedChunk[]): Promise<void> {
    const writer = await this.#writerWithRoom()
    try {
      const ranges = await writer.append(batch)
      batch.forEach(({ sha256 }, i) => this.#remember(sha256, ranges[i]!))
    } catch (cause) {
      // After a failed flush nobody knows what is on the disk, so nothing is appended behind it.
      this.#writer = undefined
      await writer.abandon()
      throw cause
    }
  }

  async #writerWithRoom(): Promise<SegmentWriter> {
    if (this.#writer !== undefined && this.#writer.size >= segmentBytes) {
      const full = this.#writer
      this.#writer = undefined
      await full.close()
    }
    this.#writer ??= await SegmentWriter.create(this.#folder, `${this.#segments++}.segment`)
    return this.#writer
  }
}
