import type { Kysely } from 'kysely'

type Schema = Kysely<unknown>

export async function up(db: Schema): Promise<void> {
  await db.schema
    .createTable('trustMetadata')
    .ifNotExists()
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('version', 'bigint', (c) => c.notNull())
    .addColumn('body', 'text', (c) => c.notNull())
    .addColumn('expiresAt', 'bigint', (c) => c.notNull())
    .addColumn('createdAt', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('trustMetadataKey', ['role', 'version'])
    .execute()
  // Releases of before are in no metadata: their counter of 0 is below every floor.
  await addColumn(db, 'release', 'counter', 'bigint')
  await addColumn(db, 'release', 'revokedAt', 'bigint')
  await addColumn(db, 'release', 'revokedReason', 'text')
  await addColumn(db, 'model', 'floor', 'bigint')
}

/** A column that may be there already: after a kill SQLite begins a migration again. */
async function addColumn(
  db: Schema,
  table: string,
  column: string,
  type: 'bigint' | 'text',
): Promise<void> {
  const tables = await db.introspection.getTables()
  const known = tables.find(({ name }) => name === table)?.columns
  if (known?.some(({ name }) => name === column)) return
  await db.schema.alterTable(table).addColumn(column, type).execute()
}
