import type { ChunkIndex } from '@kedge/shared/delivery/chunk-index'
import type { ByteRange } from './byte-range.js'

/** Which chunks lie inside installed files, and where. */
export class InstalledChunks {
  readonly #ranges = new Map<string, ByteRange>()
  readonly #byFile = new Map<string, readonly string[]>()

  locate(sha256: string): ByteRange | undefined {
    return this.#ranges.get(sha256)
  }

  add(file: string, index: ChunkIndex): void {
    let offset = 0
    for (const { sha256, length } of index.chunks) {
      // A chunk in two files is found in the newer one; when that goes, it is fetched again.
      this.#ranges.set(sha256, { file, offset, length })
      offset += length
    }
    this.#byFile.set(
      file,
      index.chunks.map(({ sha256 }) => sha256),
    )
  }

  remove(file: string): void {
    for (const sha256 of this.#byFile.get(file) ?? []) {
      if (this.#ranges.get(sha256)?.file === file) this.#ranges.delete(sha256)
    }
    this.#byFile.delete(file)
  }
}
