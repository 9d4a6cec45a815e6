import type { Kysely } from 'kysely'

type Schema = Kysely<unknown>

const table = (db: Schema, name: string) => db.schema.createTable(name).ifNotExists()

export async function up(db: Schema): Promise<void> {
  await createPeople(db)
  await createSessions(db)
}

async function createPeople(db: Schema): Promise<void> {
  await table(db, 'account')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull().unique())
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('passwordHash', 'text')
    .addColumn('createdAt', 'bigint', (c) => c.notNull())
    .addColumn('lastSeen', 'bigint')
    .execute()
  await table(db, 'accountIdentity')
    .addColumn('issuer', 'text', (c) => c.notNull())
    .addColumn('subject', 'text', (c) => c.notNull())
    .addColumn('account', 'text', (c) => c.notNull().references('account.id').onDelete('cascade'))
    .addPrimaryKeyConstraint('accountIdentityKey', ['issuer', 'subject'])
    .execute()
  await table(db, 'passkey')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('account', 'text', (c) => c.notNull().references('account.id').onDelete('cascade'))
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('publicKey', 'text', (c) => c.notNull())
    .addColumn('counter', 'bigint', (c) => c.notNull())
    .addColumn('transports', 'text', (c) => c.notNull())
    .addColumn('createdAt', 'bigint', (c) => c.notNull())
    .addColumn('lastUsedAt', 'bigint')
    .execute()
}

async function createSessions(db: Schema): Promise<void> {
  await table(db, 'serviceToken')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('secretHash', 'text', (c) => c.notNull().unique())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('createdAt', 'bigint', (c) => c.notNull())
    .addColumn('createdBy', 'text', (c) => c.notNull())
    .addColumn('expiresAt', 'bigint', (c) => c.notNull())
    .addColumn('lastUsedAt', 'bigint')
    .execute()
  await table(db, 'signInSession')
    .addColumn('idHash', 'text', (c) => c.primaryKey())
    .addColumn('account', 'text', (c) => c.references('account.id').onDelete('cascade'))
    .addColumn('serviceToken', 'text', (c) => c.references('serviceToken.id').onDelete('cascade'))
    .addColumn('adminTokenHash', 'text')
    .addColumn('method', 'text', (c) => c.notNull())
    .addColumn('createdAt', 'bigint', (c) => c.notNull())
    .addColumn('expiresAt', 'bigint', (c) => c.notNull())
    .execute()
  // Setup links and sign-ins under way: each is taken once.
  await table(db, 'oneTimeCode')
    .addColumn('idHash', 'text', (c) => c.primaryKey())
    .addColumn('purpose', 'text', (c) => c.notNull())
    .addColumn('body', 'text', (c) => c.notNull())
    .addColumn('expiresAt', 'bigint', (c) => c.notNull())
    .execute()
}
