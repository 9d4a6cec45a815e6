import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { toConfig } from '../../fleet-server/src/config/config.js'
import { openDatabase } from '../../fleet-server/src/db/open-database.js'
import type { Database } from '../../fleet-server/src/db/schema.js'
import { postgresMissing, skipReason, startPostgres, type TestPostgres } from './postgres.js'

/** Gives a test an empty database with all tables, and the setting that names it. */
export type OpenTestDatabase = () => Promise<{ db: Database; url: string }>

/** Runs the same tests on every database that the server can use. */
export function describeOnDatabases(name: string, define: (open: OpenTestDatabase) => void): void {
  describe(`${name}, on SQLite`, () => {
    let folder: string
    let made = 0
    const opened: Database[] = []
    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'kedge-sqlite-'))
    })
    afterAll(async () => {
      for (const db of opened) await db.destroy()
      await rm(folder, { recursive: true, force: true })
    })
    define(async () => {
      made += 1
      return openAt(`sqlite:${path.join(folder, `${made}.db`)}`, opened)
    })
  })

  const missing = skipReason(postgresMissing)
  describe.skipIf(missing)(`${name}, on PostgreSQL${missing ? ` (${missing})` : ''}`, () => {
    let postgres: TestPostgres
    const opened: Database[] = []
    beforeAll(async () => {
      postgres = await startPostgres()
    })
    afterAll(async () => {
      for (const db of opened) await db.destroy()
      await postgres[Symbol.asyncDispose]()
    })
    define(async () => openAt(await postgres.createDatabase(), opened))
  })
}

async function openAt(url: string, opened: Database[]): Promise<{ db: Database; url: string }> {
  const db = await openDatabase(toConfig({ databaseUrl: url }).database)
  opened.push(db)
  return { db, url }
}
