import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { Kysely, PostgresDialect, SqliteDialect } from 'kysely'
import type { DatabaseConfig } from '../config/config.js'
import { openLibsql } from './libsql-database.js'
import { migrate } from './migrate.js'
import { openPostgresPool } from './postgres-pool.js'
import type { Database, DatabaseSchema } from './schema.js'

/**
 * Opens the database and brings its tables up to date. Disposing it closes the connections.
 *
 * @throws ServerError `database-failed`
 */
export async function openDatabase(config: DatabaseConfig): Promise<Database> {
  const db = new Kysely<DatabaseSchema>({ dialect: await dialectOf(config) })
  try {
    await migrate(db)
    return db
  } catch (error) {
    await db.destroy()
    throw error
  }
}

async function dialectOf(config: DatabaseConfig) {
  if (config.kind === 'postgres') {
    return new PostgresDialect({ pool: openPostgresPool(config.url) })
  }
  await mkdir(path.dirname(config.file), { recursive: true })
  return new SqliteDialect({ database: openLibsql(config.file) })
}
