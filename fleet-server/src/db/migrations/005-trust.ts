import type { Kysely } from 'kysely'
import { addColumns } from '../add-columns.js'

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
