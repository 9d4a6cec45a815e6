import type { Selectable } from 'kysely'
import type { Database, DatabaseSchema } from '../db/schema.js'
import type { Publisher } from './model.js'

export class PublisherRepository {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** False when the key is there already. */
  async add({ id, name, key, createdAt }: Publisher): Promise<boolean> {
    const added = await this.#db
      .insertInto('publisher')
      .values({ id, name, publicKey: key.key, createdAt })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returning('id')
      .executeTakeFirst()
    return added !== undefined
  }

  async find(id: string): Promise<Publisher | undefined> {
    const row = await this.#db
      .selectFrom('publisher')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst()
    return row && toPublisher(row)
  }

  /** In the order they were added: the same list each time, as devices compare it. */
  async list(): Promise<Publisher[]> {
    const rows = await this.#db
      .selectFrom('publisher')
      .selectAll()
      .orderBy('createdAt')
      .orderBy('id')
      .execute()
    return rows.map(toPublisher)
  }

  async remove(id: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('publisher')
      .where('id', '=', id)
      .executeTakeFirst()
    return numDeletedRows > 0n
  }
}

const toPublisher = (row: Selectable<DatabaseSchema['publisher']>): Publisher => ({
  id: row.id,
  name: row.name,
  key: { id: row.id, key: row.publicKey },
  createdAt: row.createdAt,
})
