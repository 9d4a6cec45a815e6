import { existsSync } from 'node:fs'
import Database from 'libsql'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { codeOf, toStorageError } from './storage-faults.js'
import type { DataLayout } from './data-layout.js'

/** `status` looks at the lock for an instant; an agent that starts then waits that instant. */
const patienceMs = 500

/**
 * Makes this process the only agent on a data folder until the result is disposed.
 *
 * Node has no file locks, SQLite has: an open exclusive transaction on an empty database is a lock
 * of the operating system, which lets go of it when the process ends, however it ends.
 *
 * @throws UsageError `conflict` when another agent holds it; StorageError
 */
export function lockDataFolder(layout: DataLayout): Disposable {
  const held = openLock(layout, patienceMs)
  if (held !== undefined) return { [Symbol.dispose]: () => void held.close() }
  throw new UsageError(
    'conflict',
    `another agent is running on ${layout.root}; stop it, or give this one a --data of its own`,
  )
}

/** Whether an agent is running on a data folder. @throws StorageError */
export function isDataFolderLocked(layout: DataLayout): boolean {
  if (!existsSync(layout.lock)) return false
  const held = openLock(layout, 0)
  held?.close()
  return held === undefined
}

/** Undefined when somebody else has it. */
function openLock({ lock, root }: DataLayout, timeout: number): Database.Database | undefined {
  let database: Database.Database | undefined
  try {
    database = new Database(lock, { timeout })
    database.exec('PRAGMA journal_mode=DELETE')
    database.exec('BEGIN EXCLUSIVE')
    return database
  } catch (cause) {
    database?.close()
    if (codeOf(cause) === 'SQLITE_BUSY') return undefined
    throw toStorageError(cause, { doing: `lock the data folder ${root}` })
  }
}
