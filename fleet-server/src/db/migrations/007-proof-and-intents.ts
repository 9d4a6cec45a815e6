import type { Kysely } from 'kysely'

type Schema = Kysely<unknown>

export async function up(db: Schema): Promise<void> {
  await addProvedAt(db)
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

/** Sessions of before have proved nothing lately: whoever owns them proves it when it matters. */
async function addProvedAt(db: Schema): Promise<void> {
  const tables = await db.introspection.getTables()
  const columns = tables.find(({ name }) => name === 'signInSession')?.columns ?? []
  // It may be there already: after a kill SQLite begins a migration again.
  if (columns.some(({ name }) => name === 'provedAt')) return
  await db.schema
    .alterTable('signInSession')
    .addColumn('provedAt', 'bigint', (c) => c.notNull().defaultTo(0))
    .execute()
}
