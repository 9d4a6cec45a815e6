import { sql, type Selectable } from 'kysely'
import type { DeploymentState } from '@kedge/shared/protocol/reported-state'
import { toCount } from '../db/json-column.js'
import type { Connection, Database, DatabaseSchema } from '../db/schema.js'
import type { Rollout, RolloutDevice, StoredRolloutState } from './rollout.js'

/** A rollout as it is kept: `state` is what an operator has set. */
export interface StoredRollout {
  readonly id: string
  readonly name: string
  readonly model: string
  readonly version: string
  readonly release: string
  readonly releaseLength: number
  readonly selector: string
  readonly state: StoredRolloutState
  /** No two are equal, so it orders the rollouts. */
  readonly createdAt: number
}

export interface RolloutDeviceFilter {
  readonly states?: readonly RolloutDevice['state'][]
  readonly after: string
  readonly limit: number
}

export class RolloutRepository {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** Keeps a new rollout, at `now` or later than every other. */
  add(rollout: Omit<StoredRollout, 'createdAt'>, now: number): Promise<StoredRollout> {
    return this.#db.transaction().execute(async (db) => {
      const newest = await db
        .selectFrom('rollout')
        .select((e) => e.fn.max('createdAt').as('at'))
        .executeTakeFirst()
      const createdAt = Math.max(now, toCount(newest?.at) + 1)
      await db
        .insertInto('rollout')
        .values({ ...rollout, createdAt })
        .execute()
      return { ...rollout, createdAt }
    })
  }

  async find(id: string): Promise<StoredRollout | undefined> {
    const row = await this.#db
      .selectFrom('rollout')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst()
    return row && toRollout(row)
  }

  /** Newest first, from the one made before `before`. */
  async list(before: number, limit: number): Promise<StoredRollout[]> {
    const rows = await this.#db
      .selectFrom('rollout')
      .selectAll()
      .where('createdAt', '<', before)
      .orderBy('createdAt', 'desc')
      .limit(limit)
      .execute()
    return rows.map(toRollout)
  }

  /** All that were not aborted, newest first. */
  async effective(): Promise<StoredRollout[]> {
    const rows = await this.#db
      .selectFrom('rollout')
      .selectAll()
      .where('state', '!=', 'aborted')
      .orderBy('createdAt', 'desc')
      .execute()
    return rows.map(toRollout)
  }

  async count(): Promise<number> {
    const row = await this.#db
      .selectFrom('rollout')
      .select((e) => e.fn.countAll().as('n'))
      .executeTakeFirst()
    return toCount(row?.n)
  }

  async setState(id: string, state: StoredRolloutState): Promise<void> {
    await this.#db.updateTable('rollout').set({ state }).where('id', '=', id).execute()
  }

  /** Devices that each rollout decides for, by where they stand. */
  async counts(ids: readonly string[]): Promise<Map<string, Rollout['counts']>> {
    const counts = new Map(ids.map((id) => [id, noCounts()]))
    if (ids.length === 0) return counts
    const rows = await selectStandings(this.#db)
      .where('desiredSlot.rollout', 'in', ids)
      .select(['desiredSlot.rollout', (e) => e.fn.countAll().as('n')])
      .groupBy(['desiredSlot.rollout', standing])
      .execute()
    for (const { rollout, state, n } of rows) {
      const of = counts.get(rollout)
      if (of === undefined) continue
      of[countedAs(state)] += toCount(n)
      of.matched += toCount(n)
    }
    return counts
  }

  /** By device id. */
  async devices(rollout: string, filter: RolloutDeviceFilter): Promise<RolloutDevice[]> {
    let query = selectStandings(this.#db)
      .innerJoin('device', 'device.id', 'desiredSlot.device')
      .innerJoin('desiredState', 'desiredState.device', 'desiredSlot.device')
      .select(['device.id', 'device.presence', 'desiredState.issuedAt'])
      .select(['since', 'progressDone', 'progressTotal', 'reasonCode', 'reasonMessage'])
      .where('desiredSlot.rollout', '=', rollout)
      .where('device.id', '>', filter.after)
      .orderBy('device.id')
      .limit(filter.limit)
    if (filter.states !== undefined) query = query.where(standing, 'in', filter.states)
    return (await query.execute()).map(toRolloutDevice)
  }

  /** Counts one more attempt for each device on which the rollout has failed; gives those devices. */
  retryFailed(rollout: string): Promise<string[]> {
    return this.#db.transaction().execute(async (db) => {
      const failed = await selectStandings(db)
        .select(['desiredSlot.device', 'desiredSlot.attempt'])
        .where('desiredSlot.rollout', '=', rollout)
        .where(standing, '=', 'failed')
        .execute()
      for (const { device, attempt } of failed) {
        const next = { attempt: attempt + 1 }
        await db
          .insertInto('rolloutAttempt')
          .values({ rollout, device, ...next })
          .onConflict((conflict) => conflict.columns(['rollout', 'device']).doUpdateSet(next))
          .execute()
      }
      return failed.map(({ device }) => device)
    })
  }

  /** Attempts by device and rollout, where there was more than the first. */
  async attempts(
    devices: readonly string[],
  ): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>> {
    const rows = await this.#db
      .selectFrom('rolloutAttempt')
      .select(['device', 'rollout', 'attempt'])
      .where('device', 'in', devices)
      .execute()
    const attempts = new Map<string, Map<string, number>>()
    for (const { device, rollout, attempt } of rows) {
      const ofDevice = attempts.get(device) ?? new Map<string, number>()
      attempts.set(device, ofDevice.set(rollout, attempt))
    }
    return attempts
  }
}

/** What a device said last counts only if it is about this very attempt. */
const standing = sql<RolloutDevice['state']>`case
  when ${sql.ref('reportedSlot.deploymentRelease')} = ${sql.ref('desiredSlot.release')}
    and ${sql.ref('reportedSlot.deploymentRollout')} = ${sql.ref('desiredSlot.rollout')}
    and ${sql.ref('reportedSlot.attempt')} = ${sql.ref('desiredSlot.attempt')}
  then ${sql.ref('reportedSlot.state')}
  when ${sql.ref('reportedSlot.runningRelease')} = ${sql.ref('desiredSlot.release')}
  then 'active'
  else 'waiting' end`

const selectStandings = (db: Connection) =>
  db
    .selectFrom('desiredSlot')
    .leftJoin('reportedSlot', (join) =>
      join
        .onRef('reportedSlot.device', '=', 'desiredSlot.device')
        .onRef('reportedSlot.model', '=', 'desiredSlot.model'),
    )
    .select(standing.as('state'))

const noCounts = (): Rollout['counts'] => ({
  matched: 0,
  active: 0,
  working: 0,
  failed: 0,
  waiting: 0,
})

function countedAs(state: DeploymentState | 'waiting') {
  return state === 'active' || state === 'failed' || state === 'waiting' ? state : 'working'
}

interface RolloutDeviceRow {
  id: string
  presence: string
  state: RolloutDevice['state']
  issuedAt: number
  since: number | null
  progressDone: number | null
  progressTotal: number | null
  reasonCode: string | null
  reasonMessage: string | null
}

function toRolloutDevice(row: RolloutDeviceRow): RolloutDevice {
  const { id, state, progressDone, progressTotal, reasonCode, reasonMessage } = row
  const device = { device: id, presence: row.presence as RolloutDevice['presence'], state }
  if (state === 'waiting') return { ...device, since: row.issuedAt }
  return {
    ...device,
    since: row.since ?? row.issuedAt,
    ...(progressDone !== null && progressTotal !== null
      ? { progress: { done: progressDone, total: progressTotal } }
      : {}),
    ...(reasonCode !== null && reasonMessage !== null
      ? { reason: { code: reasonCode, message: reasonMessage } }
      : {}),
  }
}

const toRollout = (row: Selectable<DatabaseSchema['rollout']>): StoredRollout => ({
  ...row,
  state: row.state as StoredRolloutState,
})
