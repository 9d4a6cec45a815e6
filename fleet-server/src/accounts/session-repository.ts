import type { Database } from '../db/schema.js'
import type { SignInMethod } from './actor.js'

/** Whose session it is. */
export type SessionHolder =
  | { readonly account: string }
  | { readonly serviceToken: string }
  | { readonly adminTokenHash: string }

export interface SessionRecord {
  readonly idHash: string
  readonly account: string | null
  readonly serviceToken: string | null
  readonly adminTokenHash: string | null
  readonly method: SignInMethod
  readonly createdAt: number
  readonly expiresAt: number
  /** When its holder last proved who they are; 0 for never, as far as we know. */
  readonly provedAt: number
}

export class SessionRepository {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async add(session: SessionRecord): Promise<void> {
    await this.#db.insertInto('signInSession').values(session).execute()
    await this.#db.deleteFrom('signInSession').where('expiresAt', '<=', session.createdAt).execute()
  }

  async find(idHash: string): Promise<SessionRecord | undefined> {
    const row = await this.#db
      .selectFrom('signInSession')
      .selectAll()
      .where('idHash', '=', idHash)
      .executeTakeFirst()
    return row && { ...row, method: row.method as SignInMethod }
  }

  /** Goes on under another id; false when it has ended. */
  async renew(
    idHash: string,
    renewed: { readonly idHash: string; readonly provedAt: number },
  ): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('signInSession')
      .set(renewed)
      .where('idHash', '=', idHash)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  async remove(idHash: string): Promise<void> {
    await this.#db.deleteFrom('signInSession').where('idHash', '=', idHash).execute()
  }

  /** Signs a person out everywhere. */
  async removeOf(account: string): Promise<void> {
    await this.#db.deleteFrom('signInSession').where('account', '=', account).execute()
  }
}
