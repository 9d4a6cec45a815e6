import { fromJsonColumn } from '../db/json-column.js'
import type { Database } from '../db/schema.js'
import type { AuthenticatorTransport, Passkey } from './passkey.js'

/** With what its signatures are checked. */
export interface PasskeyRecord extends Passkey {
  readonly account: string
  /** COSE key in base64url. */
  readonly publicKey: string
  /** How often the authenticator says it was used; one that goes back is a copy. */
  readonly counter: number
  readonly transports: AuthenticatorTransport[]
}

export class PasskeyRepository {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** False when it is there already, of whomever. */
  async add({ transports, ...passkey }: PasskeyRecord): Promise<boolean> {
    const added = await this.#db
      .insertInto('passkey')
      .values({ ...passkey, transports: JSON.stringify(transports) })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returning('id')
      .executeTakeFirst()
    return added !== undefined
  }

  async find(id: string): Promise<PasskeyRecord | undefined> {
    const row = await this.#db
      .selectFrom('passkey')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst()
    return row && { ...row, transports: fromJsonColumn<AuthenticatorTransport[]>(row.transports) }
  }

  async list(account: string): Promise<Passkey[]> {
    return this.#db
      .selectFrom('passkey')
      .select(['id', 'name', 'createdAt', 'lastUsedAt'])
      .where('account', '=', account)
      .orderBy('createdAt')
      .execute()
  }

  async setUsed(id: string, { counter, at }: { counter: number; at: number }): Promise<void> {
    await this.#db
      .updateTable('passkey')
      .set({ counter, lastUsedAt: at })
      .where('id', '=', id)
      .execute()
  }

  async remove(account: string, id: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('passkey')
      .where('id', '=', id)
      .where('account', '=', account)
      .executeTakeFirst()
    return numDeletedRows > 0n
  }
}
