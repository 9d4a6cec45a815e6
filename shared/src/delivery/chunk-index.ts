import { z } from 'zod'
import { cborCodec } from '../model/document-codec.js'
import { toHex, fromHex } from '../util/bytes.js'
import { countSchema, sha256Schema } from '../util/scalars.js'

/** No chunk is larger, so that every broker carries it: AWS IoT's limit. */
export const maxChunkBytes = 128 * 1024

export interface ChunkRef {
  readonly sha256: string
  readonly length: number
}

/** The chunks of one file, in order. */
export interface ChunkIndex {
  readonly sha256: string
  readonly length: number
  readonly chunks: readonly ChunkRef[]
}

const bytesSchema = z.custom<Uint8Array>((value) => value instanceof Uint8Array)

const indexSchema = z.object({
  v: z.literal(1),
  sha256: sha256Schema,
  length: countSchema,
  /** 32 bytes a chunk. */
  hashes: bytesSchema,
  /** None is empty: a retained message without a payload is none at all [MQTT-3.3.1-10]. */
  lengths: z.array(countSchema.min(1).max(maxChunkBytes)).max(100_000),
})

const codec = cborCodec(
  indexSchema.refine(
    ({ hashes, lengths, length }) =>
      hashes.length === lengths.length * 32 &&
      lengths.reduce((sum, chunk) => sum + chunk, 0) === length,
    'the chunks do not add up to the file',
  ),
)

export function encodeChunkIndex(index: ChunkIndex): Uint8Array {
  const hashes = new Uint8Array(index.chunks.length * 32)
  index.chunks.forEach(({ sha256 }, i) => hashes.set(fromHex(sha256), i * 32))
  return codec.encode({
    v: 1,
    sha256: index.sha256,
    length: index.length,
    hashes,
    lengths: index.chunks.map(({ length }) => length),
  })
}

/** @throws DocumentError `document-invalid` */
export function decodeChunkIndex(bytes: Uint8Array): ChunkIndex {
  const { sha256, length, hashes, lengths } = codec.decode(bytes)
  return {
    sha256,
    length,
    chunks: lengths.map((chunk, i) => ({
      sha256: toHex(hashes.subarray(i * 32, (i + 1) * 32)),
      length: chunk,
    })),
  }
}
