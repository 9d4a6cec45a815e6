import type { Selectable } from 'kysely'
import { fromJsonColumn } from '../db/json-column.js'
import type { Database, DatabaseSchema } from '../db/schema.js'
import type { Action, Role } from './permissions.js'
import type { ServiceToken } from './service-token.js'

export class ServiceTokenRepository {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async add({ actions, ...token }: ServiceToken, secretHash: string): Promise<void> {
    await this.#db
      .insertInto('serviceToken')
      .values({ ...token, secretHash, actions: actions ? JSON.stringify(actions) : null })
      .execute()
  }

  async findBySecretHash(secretHash: string): Promise<ServiceToken | undefined> {
    const row = await this.#rows().where('secretHash', '=', secretHash).executeTakeFirst()
    return row && toServiceToken(row)
  }

  async find(id: string): Promise<ServiceToken | undefined> {
    const row = await this.#rows().where('id', '=', id).executeTakeFirst()
    return row && toServiceToken(row)
  }

  /** By id, from the one behind `after`. */
  async list(after: string, limit: number): Promise<ServiceToken[]> {
    const rows = await this.#rows().where('id', '>', after).orderBy('id').limit(limit).execute()
    return rows.map(toServiceToken)
  }

  async setUsed(id: string, at: number): Promise<void> {
    await this.#db
      .updateTable('serviceToken')
      .set({ lastUsedAt: at })
      .where('id', '=', id)
      .execute()
  }

  async remove(id: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('serviceToken')
      .where('id', '=', id)
      .executeTakeFirst()
    return numDeletedRows > 0n
  }

  #rows() {
    return this.#db.selectFrom('serviceToken').selectAll()
  }
}

const toServiceToken = ({
  secretHash: _secretHash,
  role,
  actions,
  ...row
}: Selectable<DatabaseSchema['serviceToken']>): ServiceToken => ({
  ...row,
  role: role as Role,
  ...(actions !== null && { actions: fromJsonColumn<Action[]>(actions) }),
})
