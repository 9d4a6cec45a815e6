import { readdir, readFile, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { decodeChunkIndex, type ChunkIndex } from '@kedge/shared/delivery/chunk-index'
import type { StoredFile } from '@kedge/shared/device/ports/models'
import { maxFileBytes } from '@kedge/shared/model/release'
import { DocumentError } from '@kedge/shared/errors/document-error'

const digestPattern = /^[0-9a-f]{64}$/
const indexPattern = /^([0-9a-f]{64})\.chunks$/

export interface FoundFile extends StoredFile {
  /** Undefined for a file that was stored whole. */
  readonly index?: ChunkIndex
}

export const filePath = (folder: string, sha256: string): string => path.join(folder, sha256)

/** Beside each assembled file: where its chunks lie, so that the next version can borrow them. */
export const indexPath = (folder: string, sha256: string): string =>
  path.join(folder, `${sha256}.chunks`)

/** What is installed. Everything else in the folder was being written when the power went: it goes. */
export async function findFiles(folder: string): Promise<FoundFile[]> {
  const names = await readdir(folder)
  const digests = new Set(names.filter((name) => digestPattern.test(name)))
  for (const name of names) {
    const belongs = digests.has(name) || digests.has(indexPattern.exec(name)?.[1] ?? '')
    if (!belongs) await rm(path.join(folder, name), { recursive: true, force: true })
  }
  const withIndex = new Set(names)
  return Promise.all(
    [...digests].map(async (sha256) => {
      const { size } = await stat(filePath(folder, sha256))
      // One that has grown is found out when it is read; what it was is on record.
      const index = withIndex.has(`${sha256}.chunks`)
        ? await readIndex(indexPath(folder, sha256), sha256)
        : undefined
      const length = index?.length ?? Math.min(size, maxFileBytes)
      return { sha256, length, ...(index && { index }) }
    }),
  )
}

/** An index that cannot be read costs a few borrowed chunks, nothing else. */
async function readIndex(file: string, sha256: string): Promise<ChunkIndex | undefined> {
  try {
    const index = decodeChunkIndex(await readFile(file))
    return index.sha256 === sha256 ? index : undefined
  } catch (cause) {
    if (!(cause instanceof DocumentError)) throw cause
    await rm(file, { force: true })
    return undefined
  }
}
