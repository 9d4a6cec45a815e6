import type { Kysely } from 'kysely'

/** Adds columns that may be there already: after a kill SQLite begins a migration again. */
export async function addColumns(
  // A migration works on the tables as they are at its time, so it knows no schema type.
  db: Kysely<unknown>,
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
