import type { Report } from '@kedge/shared/protocol/report'
import type { Envelope } from '@kedge/shared/trust/dsse'
import { fromJsonColumn } from '../db/json-column.js'
import type { Connection, Database } from '../db/schema.js'
import type { ReportChain } from './judge-report.js'
import { toReportedSlotRows } from './reported-slot-rows.js'

/** How far a device is believed. */
export interface ReportStanding {
  /** Undefined before its first report. */
  readonly chain: ReportChain | undefined
  /** Since when its reports do not count; null while they do. */
  readonly quarantinedAt: number | null
}

/** A report that counts. */
export interface CountedReport {
  readonly report: Report
  readonly envelope: Envelope
  /** Where it has left the chain. */
  readonly chain: ReportChain
}

/** What devices have signed about themselves. */
export class ReportRepository {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** Undefined for whoever is not of the fleet. */
  async standing(id: string): Promise<ReportStanding | undefined> {
    const row = await this.#db
      .selectFrom('device')
      .select(['reportChain', 'quarantinedAt'])
      .where('id', '=', id)
      .executeTakeFirst()
    if (row === undefined) return undefined
    const { reportChain, quarantinedAt } = row
    const chain = reportChain === null ? undefined : fromJsonColumn<ReportChain>(reportChain)
    return { chain, quarantinedAt }
  }

  /** The last report that counted, exactly as it was signed; undefined without one. */
  async envelope(id: string): Promise<Envelope | undefined> {
    const row = await this.#db
      .selectFrom('device')
      .select('report')
      .where('id', '=', id)
      .executeTakeFirst()
    return row === undefined || row.report === null
      ? undefined
      : fromJsonColumn<Envelope>(row.report)
  }

  /** False when there is no such device, or it was quarantined; nothing has changed then. */
  keep(id: string, { report, envelope, chain }: CountedReport, at: number): Promise<boolean> {
    return this.#db.transaction().execute(async (db) => {
      const { numUpdatedRows } = await db
        .updateTable('device')
        .set({
          reported: JSON.stringify(report),
          report: JSON.stringify(envelope),
          reportChain: JSON.stringify(chain),
          lastSeen: at,
        })
        .where('id', '=', id)
        .where('quarantinedAt', 'is', null)
        .executeTakeFirst()
      if (numUpdatedRows === 0n) return false
      await forgetSlots(db, id)
      const rows = toReportedSlotRows(id, report)
      if (rows.length > 0) await db.insertInto('reportedSlot').values(rows).execute()
      return true
    })
  }

  /**
   * From now on what the device says counts nowhere, nor does what it said last, which stays to be
   * looked at. False when there is no such device or it was so already.
   */
  quarantine(id: string, at: number): Promise<boolean> {
    return this.#db.transaction().execute(async (db) => {
      const { numUpdatedRows } = await db
        .updateTable('device')
        .set({ quarantinedAt: at })
        .where('id', '=', id)
        .where('quarantinedAt', 'is', null)
        .executeTakeFirst()
      if (numUpdatedRows === 0n) return false
      await forgetSlots(db, id)
      return true
    })
  }
}

async function forgetSlots(db: Connection, device: string): Promise<void> {
  await db.deleteFrom('reportedSlot').where('device', '=', device).execute()
}
