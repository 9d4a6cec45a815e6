import type { Kysely } from 'kysely'
import { addColumns } from '../add-columns.js'

export async function up(db: Kysely<unknown>): Promise<void> {
  const columns = { report: 'text', reportChain: 'text', quarantinedAt: 'bigint' } as const
  await addColumns(db, 'device', columns)
  // Reports that nobody has signed count no more; devices report anew at their next connection.
  const rows = db as Kysely<{ device: { reported: string | null }; reportedSlot: object }>
  await rows.updateTable('device').set({ reported: null }).execute()
  await rows.deleteFrom('reportedSlot').execute()
}
