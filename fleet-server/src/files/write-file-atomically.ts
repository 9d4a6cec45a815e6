import { randomBytes } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'

/** Marks files that were being written when the power went; nobody reads them. */
export const partialSuffix = '.partial'

/**
 * The file has the new content or the old one, whatever happens in between: written beside, flushed,
 * renamed, and the folder flushed, so that the new name survives too.
 */
export async function writeFileAtomically(
  file: string,
  content: Uint8Array | string,
  mode = 0o644,
): Promise<void> {
  const folder = path.dirname(file)
  await mkdir(folder, { recursive: true })
  const beside = `${file}.${randomBytes(6).toString('hex')}${partialSuffix}`
  try {
    const handle = await open(beside, 'wx', mode)
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(beside, file)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
  await syncFolder(folder)
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder; its rename is durable by journal.
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
