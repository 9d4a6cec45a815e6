import { open, type FileHandle } from 'node:fs/promises'
import { StorageError } from '@kedge/shared/errors/device-error'
import { toStorageError } from '../files/storage-faults.js'

/** Bytes of a file on disk. */
export interface ByteRange {
  readonly file: string
  readonly offset: number
  readonly length: number
}

/** Large enough that system calls do not count, small enough that hashing one does not hold up the loop. */
export const slabBytes = 1024 * 1024

/** Ranges in order, neighbours joined, in groups of at most `slabBytes`. */
export function* toSlabs(ranges: Iterable<ByteRange>): Generator<ByteRange[]> {
  let slab: ByteRange[] = []
  let room = slabBytes
  for (let range of joinNeighbours(ranges)) {
    while (range.length > 0) {
      const length = Math.min(range.length, room)
      slab.push({ ...range, length })
      range = { ...range, offset: range.offset + length, length: range.length - length }
      room -= length
      if (room > 0) continue
      yield slab
      slab = []
      room = slabBytes
    }
  }
  if (slab.length > 0) yield slab
}

function* joinNeighbours(ranges: Iterable<ByteRange>): Generator<ByteRange> {
  let open: ByteRange | undefined
  for (const range of ranges) {
    if (open?.file === range.file && open.offset + open.length === range.offset) {
      open = { ...open, length: open.length + range.length }
      continue
    }
    if (open !== undefined) yield open
    open = range
  }
  if (open !== undefined) yield open
}

/** Opens each file once, however many ranges of it are read. */
export class RangeReader implements AsyncDisposable {
  readonly #handles = new Map<string, Promise<FileHandle>>()

  /** @throws StorageError `storage-failed`, or `storage-corrupt` when a file is too short */
  async read(ranges: readonly ByteRange[]): Promise<Uint8Array> {
    const whole = Buffer.allocUnsafe(ranges.reduce((sum, { length }) => sum + length, 0))
    let start = 0
    await Promise.all(
      ranges.map((range) => {
        const part = whole.subarray(start, (start += range.length))
        return this.#fill(part, range)
      }),
    )
    return whole
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const handles = await Promise.allSettled(this.#handles.values())
    for (const handle of handles) {
      if (handle.status === 'fulfilled') await handle.value.close()
    }
  }

  async #fill(part: Buffer, { file, offset }: ByteRange): Promise<void> {
    try {
      const handle = await this.#open(file)
      for (let done = 0; done < part.length;) {
        const { bytesRead } = await handle.read(part, done, part.length - done, offset + done)
        if (bytesRead === 0) {
          throw new StorageError('storage-corrupt', `${file} is shorter than it was`)
        }
        done += bytesRead
      }
    } catch (cause) {
      throw toStorageError(cause, { doing: `read ${file}` })
    }
  }

  #open(file: string): Promise<FileHandle> {
    let handle = this.#handles.get(file)
    if (handle === undefined) {
      handle = open(file, 'r')
      this.#handles.set(file, handle)
    }
    return handle
  }
}
