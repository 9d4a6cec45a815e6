import { readFile, rename } from 'node:fs/promises'
import type { StateName, StateStore } from '@kedge/shared/device/ports/state'
import { encodeUtf8, decodeUtf8 } from '@kedge/shared/util/bytes'
import { Exclusive } from '@kedge/shared/util/exclusive'
import type { DataLayout } from '../files/data-layout.js'
import { codeOf, toStorageError } from '../files/storage-faults.js'
import { writeFileAtomic } from '../files/write-atomic.js'

/** Each document is a JSON file that an operator can read. */
export class DiskStateStore implements StateStore {
  readonly #layout: DataLayout
  /** Two saves of one document must not overtake each other between write and rename. */
  readonly #writing = new Exclusive()

  constructor(layout: DataLayout) {
    this.#layout = layout
  }

  async load(name: StateName): Promise<unknown> {
    const file = this.#layout[name]
    const bytes = await readIfThere(file)
    if (bytes === undefined) return undefined
    try {
      return JSON.parse(decodeUtf8(bytes)) as unknown
    } catch {
      await setAside(file)
      return undefined
    }
  }

  async save(name: StateName, document: unknown): Promise<void> {
    const bytes = encodeUtf8(`${JSON.stringify(document, undefined, 2)}\n`)
    await this.#writing.run(() => writeFileAtomic(this.#layout[name], bytes))
  }
}

async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file)
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined
    throw toStorageError(cause, { doing: `read ${file}` })
  }
}

/** Kept for whoever wants to know what happened; only the last one, so that it cannot grow. */
async function setAside(file: string): Promise<void> {
  try {
    await rename(file, `${file}.unreadable`)
  } catch (cause) {
    throw toStorageError(cause, { doing: `set ${file} aside` })
  }
}
