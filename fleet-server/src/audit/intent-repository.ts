import type { Connection, Database } from '../db/schema.js'
import type { AuditEntry } from './audit-record.js'

/** Changes under way, by request. Only what a killed server leaves here stays for long. */
export class IntentRepository {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async add(entry: AuditEntry, at: number): Promise<void> {
    const body = JSON.stringify(entry)
    await this.#db.insertInto('auditIntent').values({ id: entry.requestId, at, body }).execute()
  }

  async remove(requestId: string): Promise<void> {
    await removeIntent(this.#db, requestId)
  }

  /** The oldest first. */
  async before(time: number): Promise<AuditEntry[]> {
    const rows = await this.#db
      .selectFrom('auditIntent')
      .select('body')
      .where('at', '<=', time)
      .orderBy('at')
      .execute()
    return rows.map(({ body }) => JSON.parse(body) as AuditEntry)
  }
}

export async function removeIntent(db: Connection, requestId: string): Promise<void> {
  await db.deleteFrom('auditIntent').where('id', '=', requestId).execute()
}
