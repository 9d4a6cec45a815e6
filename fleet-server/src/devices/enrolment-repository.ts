import type { Selectable } from 'kysely'
import type { DeviceKind } from '@kedge/shared/protocol/enrolment'
import type { Labels } from '@kedge/shared/util/scalars'
import { fromJsonColumn } from '../db/json-column.js'
import type { Connection, Database, DatabaseSchema } from '../db/schema.js'
import type { BarredDevice, WaitingDevice } from './waiting-device.js'

/** What a key is to the fleet. */
export type Standing = 'member' | 'waiting' | 'barred' | 'stranger'

/** By what a device is recognised. */
export interface Credential {
  readonly publicKey: string
  /** Null where it is not limited. */
  readonly sessionExpires: number | null
  /** The key of a browser's session before; null where there is none. */
  readonly previousKey: string | null
  readonly previousUntil: number | null
  readonly enrolledAt: number
}

/** The public keys that speak for a device at `now`; none where its session is over. */
export const keysInForce = (credential: Credential, now: number): string[] => {
  const { publicKey, sessionExpires, previousKey, previousUntil } = credential
  return [
    ...((sessionExpires ?? Infinity) > now ? [publicKey] : []),
    ...(previousKey !== null && (previousUntil ?? 0) > now ? [previousKey] : []),
  ]
}

/** Who waits to join, and who may not. Members are the device repository's. */
export class EnrolmentRepository {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async standing(id: string): Promise<Standing> {
    const tables = { barredDevice: 'barred', device: 'member', waitingDevice: 'waiting' } as const
    for (const table of ['barredDevice', 'device', 'waitingDevice'] as const) {
      const row = await this.#db
        .selectFrom(table)
        .select('id')
        .where('id', '=', id)
        .executeTakeFirst()
      if (row) return tables[table]
    }
    return 'stranger'
  }

  /** Undefined for whoever is not of the fleet. */
  async credential(id: string): Promise<Credential | undefined> {
    return this.#db
      .selectFrom('device')
      .select(['publicKey', 'sessionExpires', 'previousKey', 'previousUntil', 'enrolledAt'])
      .where('id', '=', id)
      .executeTakeFirst()
  }

  /** Lets a device wait, and takes one use of its token; false when none is left. */
  wait(device: WaitingDevice & { readonly publicKey: string }): Promise<boolean> {
    return this.#db.transaction().execute(async (db) => {
      if (!(await takeUse(db, device.token))) return false
      const labels = JSON.stringify(device.labels)
      await db
        .insertInto('waitingDevice')
        .values({ ...device, labels })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute()
      return true
    })
  }

  /** By id, from the one behind `after`. */
  async waiting(after: string, limit: number): Promise<WaitingDevice[]> {
    const rows = await this.#db
      .selectFrom('waitingDevice')
      .selectAll()
      .where('id', '>', after)
      .orderBy('id')
      .limit(limit)
      .execute()
    return rows.map(toWaiting)
  }

  /** Makes a waiting device a member; undefined when there is none of that id. */
  approve(id: string, at: number): Promise<WaitingDevice | undefined> {
    return this.#db.transaction().execute(async (db) => {
      const row = await takeWaiting(db, id)
      if (row === undefined) return undefined
      const { publicKey, labels } = row
      const kind = row.kind as DeviceKind
      await db
        .insertInto('device')
        .values({
          ...{ id, kind, publicKey, labels, enrolledAt: at, presence: 'offline' },
          ...{ presenceSince: at, lastSeen: null, reported: null },
          // A browser that is approved begins its session when it asks again.
          sessionExpires: kind === 'browser' ? at : null,
        })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute()
      return toWaiting(row)
    })
  }

  /** Turns a waiting device away for good; false when there is none of that id. */
  reject(id: string, at: number): Promise<boolean> {
    return this.#db.transaction().execute(async (db) => {
      const row = await takeWaiting(db, id)
      if (row === undefined) return false
      await bar(db, { id, kind: row.kind as DeviceKind, reason: 'rejected', barredAt: at })
      return true
    })
  }

  /** Takes a member out and bars its key; false when there is none of that id. */
  revoke(id: string, at: number): Promise<boolean> {
    return this.#db.transaction().execute(async (db) => {
      const row = await db
        .deleteFrom('device')
        .where('id', '=', id)
        .returning('kind')
        .executeTakeFirst()
      if (row === undefined) return false
      await bar(db, { id, kind: row.kind as DeviceKind, reason: 'revoked', barredAt: at })
      return true
    })
  }

  /** By id, from the one behind `after`. */
  async barred(after: string, limit: number): Promise<BarredDevice[]> {
    const rows = await this.#db
      .selectFrom('barredDevice')
      .selectAll()
      .where('id', '>', after)
      .orderBy('id')
      .limit(limit)
      .execute()
    return rows as BarredDevice[]
  }

  /** Lets a key join again; false when it was not barred. */
  async pardon(id: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('barredDevice')
      .where('id', '=', id)
      .executeTakeFirst()
    return numDeletedRows > 0n
  }
}

async function takeWaiting(db: Connection, id: string) {
  return db.deleteFrom('waitingDevice').where('id', '=', id).returningAll().executeTakeFirst()
}

async function bar(db: Connection, device: BarredDevice): Promise<void> {
  await db
    .insertInto('barredDevice')
    .values(device)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

async function takeUse(db: Connection, token: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('enrolmentToken')
    .set((e) => ({ usesLeft: e('usesLeft', '-', 1) }))
    .where('id', '=', token)
    .where('usesLeft', '>', 0)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

const toWaiting = (row: Selectable<DatabaseSchema['waitingDevice']>): WaitingDevice => ({
  id: row.id,
  kind: row.kind as DeviceKind,
  labels: fromJsonColumn<Labels>(row.labels),
  token: row.token,
  address: row.address,
  askedAt: row.askedAt,
})
