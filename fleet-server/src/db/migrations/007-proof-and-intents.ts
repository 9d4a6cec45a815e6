import type { ColumnBuilderCallback, Kysely } from 'kysely'

type Schema = Kysely<unknown>

export async function up(db: Schema): Promise<void> {
  // Sessions of before have proved nothing lately: whoever owns them proves it when it matters.
  await addColumn(db, ['signInSession', 'provedAt'], (c) => c.notNull().defaultTo(0))
  // Of what its role may do; null is all of it.
  await addColumn(db, ['serviceToken', 'actions'])
  // Changes that were asked for, and of which the audit trail does not say yet what came of them.
  await db.schema
    .createTable('auditIntent')
    .ifNotExists()
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('body', 'text', (c) => c.notNull())
    .execute()
  await db.schema
    .createIndex('auditByActor')
    .ifNotExists()
    .on('audit')
    .columns(['actorId', 'at'])
    .execute()
}

/** It may be there already: after a kill SQLite begins a migration again. */
async function addColumn(
  db: Schema,
  [table, column]: readonly [string, string],
  define: ColumnBuilderCallback = (c) => c,
): Promise<void> {
  const tables = await db.introspection.getTables()
  const columns = tables.find(({ name }) => name === table)?.columns ?? []
  if (columns.some(({ name }) => name === column)) return
  const type = column.endsWith('At') ? 'bigint' : 'text'
  await db.schema.alterTable(table).addColumn(column, type, define).execute()
}
