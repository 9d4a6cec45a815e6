import type { DesiredSlot, DesiredState } from '@kedge/shared/protocol/desired-state'
import type { Envelope } from '@kedge/shared/trust/dsse'
import { sql, type Selectable } from 'kysely'
import { fromJsonColumn } from '../db/json-column.js'
import type { Connection, Database, DatabaseSchema } from '../db/schema.js'

/** What of a desired state matters when it is compared with another: all but sequence and times. */
export type DesiredContent = Pick<
  DesiredState,
  'epoch' | 'minRootVersion' | 'slots' | 'floor' | 'revoked' | 'config'
>

export interface IssuedState {
  readonly seq: number
  readonly issuedAt: number
  readonly expires: number
  readonly content: DesiredContent
  readonly envelope: Envelope
}

export interface StateChange {
  readonly device: string
  /** Sequence of the state that is replaced; 0 for none. */
  readonly previous: number
  readonly state: IssuedState
}

/** SQLite takes 32,766 parameters in a statement. */
const rowsAtOnce = 1_000

export class DesiredStateRepository {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async find(device: string): Promise<IssuedState | undefined> {
    const row = await this.#db
      .selectFrom('desiredState')
      .selectAll()
      .where('device', '=', device)
      .executeTakeFirst()
    return row && toIssued(row)
  }

  async findMany(devices: readonly string[]): Promise<ReadonlyMap<string, IssuedState>> {
    const rows = await this.#db
      .selectFrom('desiredState')
      .selectAll()
      .where('device', 'in', devices)
      .execute()
    return new Map(rows.map((row) => [row.device, toIssued(row)]))
  }

  /**
   * Replaces states, and says of which devices. Those are left out for which another server has
   * been faster, and those that are gone; of them nothing is changed.
   */
  save(changes: readonly StateChange[]): Promise<ReadonlySet<string>> {
    if (changes.length === 0) return Promise.resolve(new Set<string>())
    return this.#db.transaction().execute(async (db) => {
      const saved = await replaceStates(db, await knownOf(db, changes))
      if (saved.size === 0) return saved
      await db
        .deleteFrom('desiredSlot')
        .where('device', 'in', [...saved])
        .execute()
      const rows = changes
        .filter(({ device }) => saved.has(device))
        .flatMap(({ device, state }) => toSlotRows(device, state.content.slots))
      for (let i = 0; i < rows.length; i += rowsAtOnce) {
        await db
          .insertInto('desiredSlot')
          .values(rows.slice(i, i + rowsAtOnce))
          .execute()
      }
      return saved
    })
  }
}

async function knownOf(
  db: Connection,
  changes: readonly StateChange[],
): Promise<readonly StateChange[]> {
  const ids = changes.map(({ device }) => device)
  const rows = await db.selectFrom('device').select('id').where('id', 'in', ids).execute()
  const known = new Set(rows.map(({ id }) => id))
  return changes.filter(({ device }) => known.has(device))
}

async function replaceStates(
  db: Connection,
  changes: readonly StateChange[],
): Promise<ReadonlySet<string>> {
  const first = changes.filter(({ previous }) => previous === 0)
  const next = changes.filter(({ previous }) => previous > 0)
  return new Set([...(await insertStates(db, first)), ...(await updateStates(db, next))])
}

async function insertStates(db: Connection, changes: readonly StateChange[]): Promise<string[]> {
  if (changes.length === 0) return []
  const rows = await db
    .insertInto('desiredState')
    .values(
      changes.map(({ device, state }) => ({
        device,
        seq: state.seq,
        issuedAt: state.issuedAt,
        expiresAt: state.expires,
        content: JSON.stringify(state.content),
        envelope: JSON.stringify(state.envelope),
      })),
    )
    .onConflict((conflict) => conflict.column('device').doNothing())
    .returning('device')
    .execute()
  return rows.map(({ device }) => device)
}

/**
 * One statement for all, as a statement each is what issuing to a large fleet would wait for. Both
 * dialects name the columns of VALUES column1, column2, …
 */
async function updateStates(db: Connection, changes: readonly StateChange[]): Promise<string[]> {
  if (changes.length === 0) return []
  const values = changes.map(({ device, previous, state }) => {
    const { seq, issuedAt, expires } = state
    const numbers = [previous, seq, issuedAt, expires].map((n) => sql`cast(${n} as bigint)`)
    const [content, envelope] = [state.content, state.envelope].map((part) => JSON.stringify(part))
    return sql`(${device}, ${sql.join(numbers)}, ${content}, ${envelope})`
  })
  const { rows } = await sql<{ device: string }>`
    update ${sql.table('desiredState')} set
      ${sql.ref('seq')} = changed.column3,
      ${sql.ref('issuedAt')} = changed.column4,
      ${sql.ref('expiresAt')} = changed.column5,
      ${sql.ref('content')} = changed.column6,
      ${sql.ref('envelope')} = changed.column7
    from (values ${sql.join(values)}) as changed
    where ${sql.ref('desiredState.device')} = changed.column1
      and ${sql.ref('desiredState.seq')} = changed.column2
    returning ${sql.ref('desiredState.device')}`.execute(db)
  return rows.map(({ device }) => device)
}

function toIssued(row: Selectable<DatabaseSchema['desiredState']>): IssuedState {
  return {
    seq: row.seq,
    issuedAt: row.issuedAt,
    expires: row.expiresAt,
    content: fromJsonColumn<DesiredContent>(row.content),
    envelope: fromJsonColumn<Envelope>(row.envelope),
  }
}

const toSlotRows = (device: string, slots: Readonly<Record<string, DesiredSlot>>) =>
  Object.entries(slots).map(([model, { release, rollout, attempt }]) => ({
    device,
    model,
    version: release.version,
    release: release.sha256,
    rollout,
    attempt,
  }))
