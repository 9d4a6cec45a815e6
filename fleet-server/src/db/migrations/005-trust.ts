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
  await addColumns(db, 'release', { counter: 'bigint', revokedAt: 'bigint', revokedReason: 'text' })
  await addColumns(db, 'model', { floor: 'bigint' })
}

/** Columns that may be there already: after a kill SQLite begins a migration again. */
async function addColumns(
  db: Schema,
  table: string,
  columns: Readonly<Record<string, 'bigint' | 'text'>>,
): Promise<void> {
  const tables = await db.introspection.getTables()
  const known = tables.find(({ name }) => name === table)?.columns ?? []
  for (const [column, type] of Object.entries(columns)) {
    if (known.some(({ name }) => name === column)) continue
    await db.schema.alterTable(table).addColumn(column, type).execute()
  }
}
