import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { StorageError } from '@kedge/shared/errors/device-error'
import { isPlainName } from '@kedge/shared/trust/tuf/names'
import type { MetadataStore } from '@kedge/shared/trust/tuf/ports'
import type { DataLayout } from '../files/data-layout.js'
import { codeOf, toStorageError } from '../files/storage-faults.js'
import { syncFolder, writeFileAtomic } from '../files/write-atomic.js'

/** Each metadata file under its own name, byte for byte, so that any TUF tool can read it. */
export class DiskMetadataStore implements MetadataStore {
  readonly #folder: string

  constructor({ metadata }: DataLayout) {
    this.#folder = metadata
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    const file = this.#path(name)
    try {
      return await readFile(file)
    } catch (cause) {
      if (codeOf(cause) === 'ENOENT') return undefined
      throw toStorageError(cause, { doing: `read ${file}` })
    }
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    await writeFileAtomic(this.#path(name), bytes)
  }

  async remove(name: string): Promise<void> {
    const file = this.#path(name)
    try {
      await rm(file, { force: true })
      await syncFolder(this.#folder)
    } catch (cause) {
      throw toStorageError(cause, { doing: `remove ${file}` })
    }
  }

  /** The verifier refuses such names before; a folder is too much to lose to a defect there. */
  #path(name: string): string {
    if (isPlainName(name)) return path.join(this.#folder, name)
    throw new StorageError(
      'storage-failed',
      `${JSON.stringify(name.slice(0, 80))} is no name of a metadata file`,
    )
  }
}
