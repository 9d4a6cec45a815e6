import type { ChunkIndex } from '@kedge/shared/delivery/chunk-index'
import { concatBytes } from '@kedge/shared/util/bytes'
import { seededEntropy } from '@kedge/shared/util/entropy'
import { webSha256 } from '@kedge/shared/util/sha256'

export interface SampleChunk {
  readonly sha256: string
  readonly bytes: Uint8Array
}

export interface SampleFile {
  readonly index: ChunkIndex
  readonly bytes: Uint8Array
  readonly chunks: readonly SampleChunk[]
}

/** A chunk of bytes that follow from `seed`. */
export async function sampleChunk(seed: number, length = 1_000): Promise<SampleChunk> {
  const bytes = seededEntropy(seed).bytes(length)
  return { sha256: await webSha256(bytes), bytes }
}

export async function fileOf(chunks: readonly SampleChunk[]): Promise<SampleFile> {
  const bytes = concatBytes(chunks.map((chunk) => chunk.bytes))
  const refs = chunks.map(({ sha256, bytes: { length } }) => ({ sha256, length }))
  const index = { sha256: await webSha256(bytes), length: bytes.length, chunks: refs }
  return { index, bytes, chunks }
}

export const sampleFile = async (...seeds: number[]): Promise<SampleFile> =>
  fileOf(await Promise.all(seeds.map((seed) => sampleChunk(seed))))
