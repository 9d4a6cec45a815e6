import { renameSync, rmSync } from 'node:fs'
import Database from 'libsql'
import { codeOf, toStorageError } from '../files/storage-faults.js'

const schema = `
  CREATE TABLE IF NOT EXISTS spool (stream TEXT NOT NULL);
  -- AUTOINCREMENT: a sequence number is never given twice, also after all rows are trimmed.
  CREATE TABLE IF NOT EXISTS windows (seq INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS dropped (reason TEXT PRIMARY KEY, count INTEGER NOT NULL);
`

const damaged = new Set(['SQLITE_CORRUPT', 'SQLITE_NOTADB'])

/**
 * The spool's database, checked. One that is damaged is set aside and a new one begun: windows not
 * yet acknowledged are lost with it, but the agent starts.
 *
 * @throws StorageError
 */
export function openSpoolDatabase(file: string): Database.Database {
  try {
    return openChecked(file)
  } catch (cause) {
    if (!damaged.has(codeOf(cause) ?? '')) throw toStorageError(cause, { doing: `open ${file}` })
  }
  renameSync(file, `${file}.unreadable`)
  for (const ending of ['-wal', '-shm']) rmSync(file + ending, { force: true })
  try {
    return openChecked(file)
  } catch (cause) {
    throw toStorageError(cause, { doing: `open ${file}` })
  }
}

function openChecked(file: string): Database.Database {
  const database = new Database(file, { timeout: 5_000 })
  try {
    database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL')
    const verdict = database.prepare('PRAGMA quick_check(1)').get() as { quick_check?: string }
    if (verdict.quick_check !== 'ok') {
      throw Object.assign(new Error(verdict.quick_check), { code: 'SQLITE_CORRUPT' })
    }
    database.exec(schema)
    return database
  } catch (cause) {
    database.close()
    throw cause
  }
}
