import type { Database } from '../db/schema.js'

/** Sign-ins under way and the setup link: whoever shows the code takes it, and it is gone. */
export type CodePurpose = 'setup' | 'passkey' | 'oidc'

export class OneTimeCodeRepository {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async add(code: {
    readonly idHash: string
    readonly purpose: CodePurpose
    readonly body: string
    readonly expiresAt: number
  }): Promise<void> {
    await this.#db.insertInto('oneTimeCode').values(code).execute()
  }

  /** What was kept with the code; undefined when there is none, or it has expired or been taken. */
  async take(purpose: CodePurpose, idHash: string, now: number): Promise<string | undefined> {
    await this.#db.deleteFrom('oneTimeCode').where('expiresAt', '<=', now).execute()
    const row = await this.#db
      .deleteFrom('oneTimeCode')
      .where('idHash', '=', idHash)
      .where('purpose', '=', purpose)
      .returning('body')
      .executeTakeFirst()
    return row?.body
  }

  async removeAll(purpose: CodePurpose): Promise<void> {
    await this.#db.deleteFrom('oneTimeCode').where('purpose', '=', purpose).execute()
  }
}
