import type { Selectable } from 'kysely'
import type { Database, DatabaseSchema } from '../db/schema.js'
import type { AuditActor, AuditRecord } from './audit-record.js'
import { removeIntent } from './intent-repository.js'

export interface AuditQuery {
  readonly limit: number
  /** The newest first is how people read, the oldest first is how a chain is checked. */
  readonly order: 'newest' | 'oldest'
  /** Rows beyond this one, in that order. */
  readonly cursor?: number | undefined
  /** Id or name. */
  readonly actor?: string | undefined
  /** An action, or the beginning of several up to a dot: `device`. Letters, dots and hyphens. */
  readonly action?: string | undefined
}

/** Adds and reads; the database refuses anything else. */
export class AuditRepository {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /**
   * Adds a row, and takes the intent away whose place it takes. False when another server has
   * written a row of this number.
   */
  async add({ actor, ...record }: AuditRecord, intent?: string): Promise<boolean> {
    return this.#db.transaction().execute(async (tx) => {
      const added = await tx
        .insertInto('audit')
        .values({
          ...record,
          actorKind: actor.kind,
          actorId: actor.id,
          actorName: actor.name,
          before: record.before ?? null,
          after: record.after ?? null,
        })
        .onConflict((conflict) => conflict.column('n').doNothing())
        .returning('n')
        .executeTakeFirst()
      if (added === undefined) return false
      if (intent !== undefined) await removeIntent(tx, intent)
      return true
    })
  }

  async last(): Promise<{ readonly n: number; readonly hash: string } | undefined> {
    return this.#db
      .selectFrom('audit')
      .select(['n', 'hash'])
      .orderBy('n', 'desc')
      .limit(1)
      .executeTakeFirst()
  }

  /** How many rows there are of what one actor did since a time. */
  async count(of: {
    readonly actor: string
    readonly action: string
    readonly since: number
  }): Promise<number> {
    const { n } = await this.#db
      .selectFrom('audit')
      .select((e) => e.fn.countAll().as('n'))
      .where('actorId', '=', of.actor)
      .where('at', '>', of.since)
      .where('action', '=', of.action)
      .executeTakeFirstOrThrow()
    return Number(n)
  }

  async list({ limit, order, cursor, actor, action }: AuditQuery): Promise<AuditRecord[]> {
    let rows = this.#db.selectFrom('audit').selectAll().limit(limit)
    rows = rows.orderBy('n', order === 'newest' ? 'desc' : 'asc')
    if (cursor !== undefined) rows = rows.where('n', order === 'newest' ? '<' : '>', cursor)
    if (actor) {
      rows = rows.where((where) =>
        where.or([where('actorId', '=', actor), where('actorName', '=', actor)]),
      )
    }
    if (action) {
      rows = rows.where((where) =>
        where.or([where('action', '=', action), where('action', 'like', `${action}.%`)]),
      )
    }
    return (await rows.execute()).map(toRecord)
  }
}

const toRecord = ({
  actorKind,
  actorId,
  actorName,
  before,
  after,
  ...row
}: Selectable<DatabaseSchema['audit']>): AuditRecord => ({
  ...row,
  actor: { kind: actorKind as AuditActor['kind'], id: actorId, name: actorName },
  ...(before === null ? {} : { before }),
  ...(after === null ? {} : { after }),
})
