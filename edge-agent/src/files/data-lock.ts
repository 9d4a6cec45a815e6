import Database from 'libsql'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { codeOf, toStorageError } from './storage-faults.js'
import type { DataLayout } from './data-layout.js'

/**
 * Makes this process the only agent on a data folder until the result is disposed.
 *
 * Node has no file locks, SQLite has: an open exclusive transaction on an empty database is a lock
 * of the operating system, which lets go of it when the process ends, however it ends.
 *
 * @throws UsageError `conflict` when another agent holds it; StorageError
 */
export function lockDataFolder(layout: DataLayout): Disposable {
  let database: Database.Database | undefined
  try {
    database = new Database(layout.lock, { timeout: 0 })
    database.exec('PRAGMA journal_mode=DELETE')
    database.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    database?.close()
    if (codeOf(cause) !== 'SQLITE_BUSY') {
      throw toStorageError(cause, { doing: `lock the data folder ${layout.root}` })
    }
    throw new UsageError(
      'conflict',
      `another agent is running on ${layout.root}; stop it, or give this one a --data of its own`,
      { cause },
    )
  }
  const held = database
  return { [Symbol.dispose]: () => void held.close() }
}
