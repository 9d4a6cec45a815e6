import { z } from 'zod'
import { cborCodec } from '../model/document-codec.js'
import { concatBytes } from '../util/bytes.js'
import { sha256Schema } from '../util/scalars.js'
import type { Sha256 } from '../util/sha256.js'
import {
  decodeChunkIndex,
  encodeChunkIndex,
  maxChunkBytes,
  type ChunkIndex,
} from './chunk-index.js'

/** Stands where an index would, when that is too large for one message: it lists its pieces. */
const partsSchema = z.object({ v: z.literal(1), parts: z.array(sha256Schema).min(2).max(1_000) })
const partsCodec = cborCodec(partsSchema)
/** Tells a list of parts from an index. */
const firstCodec = cborCodec(z.object({ parts: z.unknown().optional() }))

export interface IndexBlobs {
  /** Digest of the blob to begin with: a release file's `index`. */
  readonly root: string
  readonly blobs: ReadonlyMap<string, Uint8Array>
}

/** An index as blobs of which none is larger than a chunk may be. */
export async function toIndexBlobs(index: ChunkIndex, sha256: Sha256): Promise<IndexBlobs> {
  const bytes = encodeChunkIndex(index)
  const blobs = new Map<string, Uint8Array>()
  const parts: string[] = []
  if (bytes.length > maxChunkBytes) {
    for (let start = 0; start < bytes.length; start += maxChunkBytes) {
      const part = bytes.subarray(start, start + maxChunkBytes)
      // The index of a file that repeats itself has parts that are equal: one blob, listed twice.
      parts.push(await sha256(part))
      blobs.set(parts.at(-1)!, part)
    }
  }
  const first = parts.length === 0 ? bytes : partsCodec.encode({ v: 1, parts })
  const root = await sha256(first)
  return { root, blobs: blobs.set(root, first) }
}

/**
 * The index that begins with the blob `root`.
 *
 * @param readBlob gives the bytes of a blob, already checked against its digest
 * @throws DocumentError `document-invalid`, and whatever `readBlob` throws
 */
export async function readChunkIndex(
  root: string,
  readBlob: (sha256: string) => Promise<Uint8Array>,
): Promise<ChunkIndex> {
  const first = await readBlob(root)
  if (firstCodec.decode(first).parts === undefined) return decodeChunkIndex(first)
  const parts: Uint8Array[] = []
  for (const part of partsCodec.decode(first).parts) parts.push(await readBlob(part))
  return decodeChunkIndex(concatBytes(parts))
}
