import type { DeviceKind } from '@kedge/shared/protocol/enrolment'
import type { DesiredSlot } from '@kedge/shared/protocol/desired-state'
import type { Report } from '@kedge/shared/protocol/report'
import type { Presence } from '@kedge/shared/protocol/reported-state'
import type { Labels } from '@kedge/shared/util/scalars'
import { fromJsonColumn, toCount } from '../db/json-column.js'
import type { Connection, Database } from '../db/schema.js'
import { cloneAlarm, type Device } from './device.js'

export interface NewDevice {
  readonly id: string
  readonly kind: DeviceKind
  readonly publicKey: string
  readonly labels: Labels
  readonly enrolledAt: number
  /** When the session of a browser ends; absent for agents. */
  readonly sessionExpires?: number
}

export class DeviceRepository {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /**
   * Adds a device and takes one use of the token, both or neither. A device that is there already
   * keeps its labels and costs no use.
   */
  enrol(device: NewDevice, token: string | undefined): Promise<'enrolled' | 'known' | 'spent'> {
    return this.#db.transaction().execute(async (db) => {
      const added = await db
        .insertInto('device')
        .values({
          ...device,
          labels: JSON.stringify(device.labels),
          presence: 'offline',
          presenceSince: device.enrolledAt,
          lastSeen: null,
          reported: null,
        })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .returning('id')
        .executeTakeFirst()
      if (added === undefined) return 'known'
      if (token === undefined || (await takeUse(db, token))) return 'enrolled'
      await db.deleteFrom('device').where('id', '=', device.id).execute()
      return 'spent'
    })
  }

  async find(id: string): Promise<Device | undefined> {
    const row = await selectDevices(this.#db).where('device.id', '=', id).executeTakeFirst()
    return row && toDevice(row)
  }

  async findMany(ids: readonly string[]): Promise<Device[]> {
    const rows = await selectDevices(this.#db).where('device.id', 'in', ids).execute()
    return rows.map(toDevice)
  }

  /** By id, from the one behind `after`. */
  async list(after: string, limit: number): Promise<Device[]> {
    const rows = await selectDevices(this.#db)
      .where('device.id', '>', after)
      .orderBy('device.id')
      .limit(limit)
      .execute()
    return rows.map(toDevice)
  }

  async ids(after: string, limit: number): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('device')
      .select('id')
      .where('id', '>', after)
      .orderBy('id')
      .limit(limit)
      .execute()
    return rows.map(({ id }) => id)
  }

  /** The raw public key in base64; undefined for a device that is not of the fleet. */
  async publicKey(id: string): Promise<string | undefined> {
    const row = await this.#db
      .selectFrom('device')
      .select('publicKey')
      .where('id', '=', id)
      .executeTakeFirst()
    return row?.publicKey
  }

  async setLabels(id: string, labels: Labels): Promise<void> {
    await this.#db
      .updateTable('device')
      .set({ labels: JSON.stringify(labels) })
      .where('id', '=', id)
      .execute()
  }

  async setPresence(id: string, state: Presence['state'], at: number): Promise<void> {
    await this.#db
      .updateTable('device')
      .set({ presence: state, presenceSince: at })
      .where('id', '=', id)
      .where('presence', '!=', state)
      .execute()
    if (state === 'online') await this.touch(id, at)
  }

  /** Before the broker starts nobody is connected, whatever was true when the server ended. */
  async setAllOffline(at: number): Promise<void> {
    await this.#db
      .updateTable('device')
      .set({ presence: 'offline', presenceSince: at })
      .where('presence', '=', 'online')
      .execute()
  }

  async touch(id: string, at: number): Promise<void> {
    await this.#db.updateTable('device').set({ lastSeen: at }).where('id', '=', id).execute()
  }

  /** False when there was none. What it reported stays in the sums. */
  async remove(id: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('device')
      .where('id', '=', id)
      .executeTakeFirst()
    return numDeletedRows > 0n
  }

  async counts(): Promise<{ devices: number; online: number }> {
    const rows = await this.#db
      .selectFrom('device')
      .select(['presence', (e) => e.fn.countAll().as('n')])
      .groupBy('presence')
      .execute()
    const of = (state: string) => toCount(rows.find(({ presence }) => presence === state)?.n)
    return { devices: of('online') + of('offline'), online: of('online') }
  }
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

const selectDevices = (db: Connection) =>
  db
    .selectFrom('device')
    .leftJoin('desiredState', 'desiredState.device', 'device.id')
    .select([
      'device.id',
      'device.kind',
      'device.labels',
      'device.enrolledAt',
      'device.presence',
      'device.presenceSince',
      'device.lastSeen',
      'device.reported',
      'device.publicKey',
      'device.quarantinedAt',
      'desiredState.seq',
      'desiredState.issuedAt',
      'desiredState.content',
    ])

type DeviceRow = Awaited<ReturnType<ReturnType<typeof selectDevices>['execute']>>[number]

function toDevice(row: DeviceRow): Device {
  const { seq, issuedAt, content } = row
  const isIssued = seq !== null && issuedAt !== null && content !== null
  return {
    id: row.id,
    kind: row.kind as DeviceKind,
    presence: row.presence as Presence['state'],
    presenceSince: row.presenceSince,
    labels: fromJsonColumn<Labels>(row.labels),
    enrolledAt: row.enrolledAt,
    publicKey: row.publicKey,
    lastSeen: row.lastSeen,
    alarm: row.quarantinedAt === null ? null : cloneAlarm(row.quarantinedAt),
    desired: isIssued
      ? { seq, issuedAt, slots: fromJsonColumn<{ slots: Slots }>(content).slots }
      : null,
    reported: row.reported === null ? null : fromJsonColumn<Report>(row.reported),
  }
}

type Slots = Record<string, DesiredSlot>
