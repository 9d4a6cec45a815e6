import type { Kysely } from 'kysely'

type Schema = Kysely<unknown>

const columns = { report: 'text', reportChain: 'text', quarantinedAt: 'bigint' } as const

export async function up(db: Schema): Promise<void> {
  const tables = await db.introspection.getTables()
  const known = tables.find(({ name }) => name === 'device')?.columns ?? []
  for (const [column, type] of Object.entries(columns)) {
    // After a kill SQLite begins a migration again.
    if (known.some(({ name }) => name === column)) continue
    await db.schema.alterTable('device').addColumn(column, type).execute()
  }
  // Reports that nobody has signed count no more; devices report anew at their next connection.
  const rows = db as Kysely<{ device: { reported: string | null }; reportedSlot: object }>
  await rows.updateTable('device').set({ reported: null }).execute()
  await rows.deleteFrom('reportedSlot').execute()
}
