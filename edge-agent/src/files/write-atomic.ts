import { open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { randomBytes } from 'node:crypto'
import { toStorageError } from './storage-faults.js'

/** Files being written carry this ending until they are whole; whatever bears it at a start is left over. */
export const temporaryEnding = '.tmp'

export interface WriteOptions {
  /** Permission bits of the new file. */
  readonly mode?: number
}

/**
 * Puts `bytes` at `file` so that after a power cut either the old or the new file is there, whole:
 * write beside, fsync, rename, fsync the folder.
 *
 * @throws StorageError `storage-full`, `storage-failed`
 */
export async function writeFileAtomic(
  file: string,
  bytes: Uint8Array,
  options: WriteOptions = {},
): Promise<void> {
  const beside = temporaryBeside(file)
  try {
    await writeSynced(beside, bytes, options)
    await moveIntoPlace(beside, file)
  } catch (cause) {
    await rm(beside, { force: true }).catch(() => undefined)
    throw toStorageError(cause, { doing: `write ${file}`, need: bytes.length })
  }
}

export const temporaryBeside = (file: string): string =>
  `${file}.${randomBytes(6).toString('hex')}${temporaryEnding}`

/** Gives a file that has been fsynced its name, and makes the name last. */
export async function moveIntoPlace(from: string, to: string): Promise<void> {
  await rename(from, to)
  await syncFolder(path.dirname(to))
}

/** Makes creations, renames and removals in a folder last. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows has no handle on a folder that can be flushed; NTFS journals its names itself.
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function writeSynced(file: string, bytes: Uint8Array, { mode }: WriteOptions): Promise<void> {
  const handle = await open(file, 'wx', mode ?? 0o644)
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
