import type { Kysely } from 'kysely'

// A migration works on the tables as they are at its time, so it knows no schema type.
type Schema = Kysely<unknown>

export async function up(db: Schema): Promise<void> {
  await addColumn(db, { table: 'enrolmentToken', name: 'kind', type: 'text', initial: 'agent' })
  await addColumn(db, { table: 'enrolmentToken', name: 'approve', type: 'bigint', initial: 0 })
  await addColumn(db, { table: 'device', name: 'sessionExpires', type: 'bigint' })
  await db.schema
    .createIndex('deviceBySessionExpires')
    .ifNotExists()
    .on('device')
    .column('sessionExpires')
    .execute()
  await db.schema
    .createTable('waitingDevice')
    .ifNotExists()
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('publicKey', 'text', (c) => c.notNull())
    .addColumn('labels', 'text', (c) => c.notNull())
    .addColumn('token', 'text', (c) => c.notNull())
    .addColumn('address', 'text', (c) => c.notNull())
    .addColumn('askedAt', 'bigint', (c) => c.notNull())
    .execute()
  await db.schema
    .createTable('barredDevice')
    .ifNotExists()
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('reason', 'text', (c) => c.notNull())
    .addColumn('barredAt', 'bigint', (c) => c.notNull())
    .execute()
}

interface NewColumn {
  readonly table: string
  readonly name: string
  readonly type: 'text' | 'bigint'
  /** What rows have that are there already; absent where the column may be null. */
  readonly initial?: string | number
}

// SQLite has no "if not exists" for columns, and after a kill the migration begins again.
async function addColumn(db: Schema, { table, name, type, initial }: NewColumn): Promise<void> {
  const tables = await db.introspection.getTables()
  const known = tables.find((one) => one.name === table)?.columns ?? []
  if (known.some((column) => column.name === name)) return
  await db.schema
    .alterTable(table)
    .addColumn(name, type, (c) => (initial === undefined ? c : c.notNull().defaultTo(initial)))
    .execute()
}
