import { toCount } from '../db/json-column.js'
import type { Database } from '../db/schema.js'

/** Sessions of browsers: members for an hour at a time. */
export class BrowserSessionRepository {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async renew(id: string, expires: number): Promise<void> {
    await this.#db
      .updateTable('device')
      .set({ sessionExpires: expires })
      .where('id', '=', id)
      .where('kind', '=', 'browser')
      .execute()
  }

  async count(): Promise<number> {
    const row = await this.#db
      .selectFrom('device')
      .select((e) => e.fn.countAll().as('n'))
      .where('kind', '=', 'browser')
      .executeTakeFirst()
    return toCount(row?.n)
  }

  /** Browsers that are connected though their session has ended. */
  async overstaying(now: number): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('device')
      .select('id')
      .where('sessionExpires', '<=', now)
      .where('presence', '=', 'online')
      .execute()
    return rows.map(({ id }) => id)
  }

  /** Forgets browsers whose session ended before `before`, so many at most; gives their ids. */
  async prune(before: number, limit: number): Promise<string[]> {
    const rows = await this.#db
      .deleteFrom('device')
      .where('id', 'in', (e) =>
        e
          .selectFrom('device')
          .select('id')
          .where('sessionExpires', '<=', before)
          .orderBy('sessionExpires')
          .limit(limit),
      )
      .returning('id')
      .execute()
    return rows.map(({ id }) => id)
  }
}
