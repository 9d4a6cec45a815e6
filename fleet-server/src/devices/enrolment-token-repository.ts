import type { Selectable } from 'kysely'
import type { DeviceKind } from '@kedge/shared/protocol/enrolment'
import type { Labels } from '@kedge/shared/util/scalars'
import { fromJsonColumn } from '../db/json-column.js'
import type { Database, DatabaseSchema } from '../db/schema.js'
import type { EnrolmentTokenRecord } from './enrolment-token.js'

export class EnrolmentTokenRepository {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async add(token: EnrolmentTokenRecord, secretHash: string): Promise<void> {
    const { labels, expires, approve, ...rest } = token
    await this.#db
      .insertInto('enrolmentToken')
      .values({
        ...rest,
        secretHash,
        labels: JSON.stringify(labels),
        expiresAt: expires,
        approve: approve ? 1 : 0,
      })
      .execute()
  }

  async findBySecretHash(secretHash: string): Promise<EnrolmentTokenRecord | undefined> {
    const row = await this.#db
      .selectFrom('enrolmentToken')
      .selectAll()
      .where('secretHash', '=', secretHash)
      .executeTakeFirst()
    return row && toRecord(row)
  }

  /** By id, from the one behind `after`. */
  async list(after: string, limit: number): Promise<EnrolmentTokenRecord[]> {
    const rows = await this.#db
      .selectFrom('enrolmentToken')
      .selectAll()
      .where('id', '>', after)
      .orderBy('id')
      .limit(limit)
      .execute()
    return rows.map(toRecord)
  }

  async forgetExpired(before: number): Promise<void> {
    await this.#db.deleteFrom('enrolmentToken').where('expiresAt', '<', before).execute()
  }

  async remove(id: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('enrolmentToken')
      .where('id', '=', id)
      .executeTakeFirst()
    return numDeletedRows > 0n
  }
}

const toRecord = (row: Selectable<DatabaseSchema['enrolmentToken']>): EnrolmentTokenRecord => ({
  id: row.id,
  labels: fromJsonColumn<Labels>(row.labels),
  createdAt: row.createdAt,
  expires: row.expiresAt,
  uses: row.uses,
  usesLeft: row.usesLeft,
  kind: row.kind as DeviceKind,
  approve: row.approve === 1,
})
