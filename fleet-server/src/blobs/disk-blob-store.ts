import { readFileSync } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { StorageError } from '@kedge/shared/errors/device-error'
import { partialSuffix, writeFileAtomically } from '../files/write-file-atomically.js'
import { checkDigest, findMissing, type BlobStore } from './blob-store.js'

/** A file a blob, named by its digest, in 256 folders by the first two digits. */
export class DiskBlobStore implements BlobStore {
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
  }

  /** Removes what a killed server left half written. */
  static async open(folder: string): Promise<DiskBlobStore> {
    await removePartials(folder)
    return new DiskBlobStore(folder)
  }

  async has(sha256: string): Promise<boolean> {
    return (await this.size(sha256)) !== undefined
  }

  get(sha256: string): Promise<Uint8Array | undefined> {
    // A blob has 128 KiB at most. Read at once it takes 20 µs; the four trips through the thread
    // pool of an asynchronous read take 100 µs and more, and devices wait for chunk after chunk.
    return ifThere(attempt(() => readFileSync(this.#fileOf(sha256))))
  }

  async put(sha256: string, bytes: Uint8Array): Promise<void> {
    checkDigest(sha256, bytes)
    if (await this.has(sha256)) return
    try {
      await writeFileAtomically(this.#fileOf(sha256), bytes)
    } catch (cause) {
      const isFull = (cause as NodeJS.ErrnoException).code === 'ENOSPC'
      throw new StorageError(
        isFull ? 'storage-full' : 'storage-failed',
        isFull ? 'the disk of the fleet server is full' : `cannot write blob ${sha256}`,
        { cause },
      )
    }
  }

  missing(hashes: readonly string[]): Promise<string[]> {
    return findMissing(hashes, (sha256) => this.has(sha256))
  }

  async size(sha256: string): Promise<number | undefined> {
    return (await ifThere(stat(this.#fileOf(sha256))))?.size
  }

  #fileOf(sha256: string): string {
    return path.join(this.#folder, sha256.slice(0, 2), sha256)
  }
}

const attempt = <T>(access: () => T): Promise<T> => new Promise((resolve) => resolve(access()))

async function ifThere<T>(access: Promise<T>): Promise<T | undefined> {
  try {
    return await access
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new StorageError('storage-failed', 'cannot read a blob', { cause: error })
  }
}

async function removePartials(folder: string): Promise<void> {
  const files = (await ifThere(readdir(folder, { recursive: true }))) ?? []
  for (const file of files) {
    if (file.endsWith(partialSuffix)) await rm(path.join(folder, file), { force: true })
  }
}
