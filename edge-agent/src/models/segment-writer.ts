import { open, rm, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { syncFolder } from '../files/write-atomic.js'
import type { ByteRange } from './byte-range.js'
import { recordBytes, recordHeader } from './chunk-segment.js'

export interface StagedChunk {
  readonly sha256: string
  readonly bytes: Uint8Array
}

/** Appends to one segment file. One batch at a time. */
export class SegmentWriter {
  readonly file: string
  readonly #handle: FileHandle
  #size = 0

  private constructor(file: string, handle: FileHandle) {
    this.file = file
    this.#handle = handle
  }

  static async create(folder: string, name: string): Promise<SegmentWriter> {
    const file = path.join(folder, name)
    const handle = await open(file, 'wx')
    try {
      await syncFolder(folder)
    } catch (cause) {
      await handle.close()
      await rm(file, { force: true })
      throw cause
    }
    return new SegmentWriter(file, handle)
  }

  get size(): number {
    return this.#size
  }

  /** One write and one flush for the whole batch; where each chunk came to lie. */
  async append(batch: readonly StagedChunk[]): Promise<ByteRange[]> {
    const pieces = batch.flatMap(({ sha256, bytes }) => [recordHeader(sha256, bytes.length), bytes])
    await this.#writeAll(pieces)
    await this.#handle.datasync()
    return batch.map(({ bytes: { length } }) => {
      this.#size += recordBytes(length)
      return { file: this.file, offset: this.#size - length, length }
    })
  }

  /** Cuts off what a failed append left behind, as far as the disk still lets us. */
  async abandon(): Promise<void> {
    await this.#handle.truncate(this.#size).catch(() => undefined)
    await this.close()
  }

  close(): Promise<void> {
    return this.#handle.close()
  }

  async #writeAll(pieces: readonly Uint8Array[]): Promise<void> {
    const total = pieces.reduce((sum, { length }) => sum + length, 0)
    const { bytesWritten } = await this.#handle.writev(pieces, this.#size)
    if (bytesWritten === total) return
    // A disk that is nearly full takes a part; the rest tells why.
    const rest = Buffer.concat(pieces).subarray(bytesWritten)
    let done = 0
    while (done < rest.length) {
      const at = this.#size + bytesWritten + done
      done += (await this.#handle.write(rest, done, rest.length - done, at)).bytesWritten
    }
  }
}
