import { createHash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'
import type { ChunkIndex } from '@kedge/shared/delivery/chunk-index'
import { RangeReader, toSlabs, type ByteRange } from './byte-range.js'
import { sha256Of } from './chunk-segment.js'

/**
 * Writes `ranges` one after another to `file` and flushes it. The SHA-256 of what was written.
 *
 * @throws StorageError when a source cannot be read; whatever the file system throws on writing
 */
export async function assembleFile(file: string, ranges: Iterable<ByteRange>): Promise<string> {
  await using reader = new RangeReader()
  const target = await open(file, 'wx')
  try {
    const digest = createHash('sha256')
    for await (const slab of readAhead(reader, ranges)) {
      digest.update(slab)
      await writeAll(target, slab)
    }
    await target.sync()
    return digest.digest('hex')
  } finally {
    await target.close()
  }
}

/** The chunks that do not lie whole and unchanged where `ranges` says. */
export async function findDamagedChunks(
  index: ChunkIndex,
  ranges: readonly ByteRange[],
): Promise<Set<string>> {
  await using reader = new RangeReader()
  const damaged = new Set<string>()
  for (const [i, { sha256 }] of index.chunks.entries()) {
    const bytes = await reader.read([ranges[i]!]).catch(() => undefined)
    if (bytes === undefined || sha256Of(bytes) !== sha256) damaged.add(sha256)
  }
  return damaged
}

/** Reads one slab while the one before is hashed and written. */
async function* readAhead(
  reader: RangeReader,
  ranges: Iterable<ByteRange>,
): AsyncGenerator<Uint8Array> {
  let ahead: Promise<Uint8Array> | undefined
  for (const slab of toSlabs(ranges)) {
    const reading = reader.read(slab)
    // Its failure is thrown when its turn comes.
    reading.catch(() => undefined)
    if (ahead !== undefined) yield await ahead
    ahead = reading
  }
  if (ahead !== undefined) yield await ahead
}

async function writeAll(target: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await target.write(bytes, done, bytes.length - done)).bytesWritten
  }
}
