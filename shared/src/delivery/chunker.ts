import { readOnnx } from '../model/onnx/onnx-reader.js'
import type { ByteRange } from '../model/onnx/wire-reader.js'
import type { Sha256 } from '../util/sha256.js'
import type { ChunkIndex, ChunkRef } from './chunk-index.js'
import { cutByContent } from './content-cuts.js'
import { cutByTensor } from './tensor-cuts.js'

/**
 * Cuts an ONNX model along its tensors, and any other file by its content.
 * Equal tensors of two versions give equal chunks wherever they lie in the file.
 */
export async function chunkFile(bytes: Uint8Array, sha256: Sha256): Promise<ChunkIndex> {
  const payloads = tensorPayloads(bytes)
  const ends = payloads ? cutByTensor(bytes, payloads) : cutByContent(bytes, 0, bytes.length)
  return indexChunks(bytes, ends, sha256)
}

/** The bytes of each chunk by its digest, each once. */
export function* chunksOf(
  bytes: Uint8Array,
  index: ChunkIndex,
): Generator<readonly [ChunkRef, Uint8Array]> {
  let offset = 0
  for (const chunk of index.chunks) {
    yield [chunk, bytes.subarray(offset, offset + chunk.length)]
    offset += chunk.length
  }
}

async function indexChunks(
  bytes: Uint8Array,
  ends: readonly number[],
  sha256: Sha256,
): Promise<ChunkIndex> {
  const chunks: ChunkRef[] = []
  let start = 0
  for (const end of ends) {
    chunks.push({ sha256: await sha256(bytes.subarray(start, end)), length: end - start })
    start = end
  }
  return { sha256: await sha256(bytes), length: bytes.length, chunks }
}

function tensorPayloads(bytes: Uint8Array): ByteRange[] | undefined {
  try {
    return readOnnx(bytes).initializers.flatMap(({ payload }) => (payload ? [payload] : []))
  } catch {
    // Not an ONNX file: golden samples, a profile. Its content tells where to cut.
    return undefined
  }
}
