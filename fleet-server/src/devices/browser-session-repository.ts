import { toCount } from '../db/json-column.js'
import type { Database } from '../db/schema.js'

export interface NewSession {
  /** Raw, in base64. */
  readonly publicKey: string
  readonly expires: number
  /** Of the page; null for what is none. */
  readonly origin: string | null
}

/** Sessions of browsers: members for an hour at a time. */
export class BrowserSessionRepository {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** Begins a browser's first session, under the key that it has joined with. */
  async begin(
    id: string,
    { expires, origin }: Pick<NewSession, 'expires' | 'origin'>,
  ): Promise<void> {
    await this.#db
      .updateTable('device')
      .set({ sessionExpires: expires, sessionOrigin: origin })
      .where('id', '=', id)
      .where('kind', '=', 'browser')
      .execute()
  }

  /** Begins the next one. The key of the last holds beside the new one for as long as it was to. */
  async renew(id: string, { publicKey, expires, origin }: NewSession): Promise<void> {
    await this.#db
      .updateTable('device')
      .set((e) => ({
        previousKey: e.ref('publicKey'),
        previousUntil: e.ref('sessionExpires'),
        publicKey,
        sessionExpires: expires,
        sessionOrigin: origin,
      }))
      .where('id', '=', id)
      .where('kind', '=', 'browser')
      .execute()
  }

  /** Whether a page of this origin has a session at `now`. */
  async isAt(origin: string, now: number): Promise<boolean> {
    const row = await this.#db
      .selectFrom('device')
      .select('id')
      .where('sessionOrigin', '=', origin)
      .where('sessionExpires', '>', now)
      .limit(1)
      .executeTakeFirst()
    return row !== undefined
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
