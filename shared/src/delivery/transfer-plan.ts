import type { ChunkIndex, ChunkRef } from './chunk-index.js'

export interface TransferPlan {
  /** Chunks to fetch: each once, in the order of the file. */
  readonly missing: readonly ChunkRef[]
  /** Bytes to fetch. */
  readonly bytes: number
}

/** What has to travel, given what the device holds. */
export function planTransfer(index: ChunkIndex, held: ReadonlySet<string>): TransferPlan {
  const missing = new Map<string, ChunkRef>()
  for (const chunk of index.chunks) {
    if (!held.has(chunk.sha256)) missing.set(chunk.sha256, chunk)
  }
  return {
    missing: [...missing.values()],
    bytes: [...missing.values()].reduce((sum, { length }) => sum + length, 0),
  }
}
