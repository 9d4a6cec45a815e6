import type { Kysely } from 'kysely'
import { addColumns } from '../add-columns.js'

export async function up(db: Kysely<unknown>): Promise<void> {
  await addColumns(db, 'device', {
    previousKey: 'text',
    previousUntil: 'bigint',
    sessionOrigin: 'text',
  })
  await db.schema
    .createIndex('deviceBySessionOrigin')
    .ifNotExists()
    .on('device')
    .column('sessionOrigin')
    .execute()
}
