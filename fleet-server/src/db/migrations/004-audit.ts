import { PostgresAdapter, sql, type Kysely } from 'kysely'

type Schema = Kysely<unknown>

export async function up(db: Schema): Promise<void> {
  await db.schema
    .createTable('audit')
    .ifNotExists()
    .addColumn('n', 'bigint', (c) => c.primaryKey())
    .addColumn('prevHash', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('actorKind', 'text', (c) => c.notNull())
    .addColumn('actorId', 'text', (c) => c.notNull())
    .addColumn('actorName', 'text', (c) => c.notNull())
    .addColumn('method', 'text', (c) => c.notNull())
    .addColumn('ip', 'text', (c) => c.notNull())
    .addColumn('action', 'text', (c) => c.notNull())
    .addColumn('object', 'text', (c) => c.notNull())
    .addColumn('before', 'text')
    .addColumn('after', 'text')
    .addColumn('requestId', 'text', (c) => c.notNull())
    .addColumn('hash', 'text', (c) => c.notNull())
    .execute()
  const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter
  await (isPostgres ? refuseOnPostgres(db) : refuseOnSqlite(db))
}

async function refuseOnSqlite(db: Schema): Promise<void> {
  for (const change of ['update', 'delete']) {
    await sql`
      create trigger if not exists ${sql.id(`auditNo_${change}`)}
      before ${sql.raw(change)} on "audit"
      begin select raise(abort, 'the audit trail is append-only'); end
    `.execute(db)
  }
}

async function refuseOnPostgres(db: Schema): Promise<void> {
  await sql`
    create or replace function "auditRefuse"() returns trigger language plpgsql as $$
    begin raise exception 'the audit trail is append-only'; end $$
  `.execute(db)
  // Row triggers do not fire on a truncate, statement triggers do.
  await sql`
    create trigger "auditNoChange" before update or delete or truncate on "audit"
    for each statement execute function "auditRefuse"()
  `.execute(db)
}
