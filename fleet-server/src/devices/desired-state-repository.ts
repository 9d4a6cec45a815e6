import type { DesiredSlot, DesiredState } from '@kedge/shared/protocol/desired-state'
import type { Envelope } from '@kedge/shared/trust/dsse'
import { fromJsonColumn } from '../db/json-column.js'
import type { Connection, Database } from '../db/schema.js'

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
    return (
      row && {
        seq: row.seq,
        issuedAt: row.issuedAt,
        expires: row.expiresAt,
        content: fromJsonColumn<DesiredContent>(row.content),
        envelope: fromJsonColumn<Envelope>(row.envelope),
      }
    )
  }

  /**
   * Replaces the state of sequence `previous` (0 for none). False when another server has been
   * faster, or the device is gone; nothing is changed then.
   */
  save(device: string, previous: number, state: IssuedState): Promise<boolean> {
    return this.#db.transaction().execute(async (db) => {
      if (!(await replaceState(db, device, { previous, state }))) return false
      await db.deleteFrom('desiredSlot').where('device', '=', device).execute()
      const rows = toSlotRows(device, state.content.slots)
      if (rows.length > 0) await db.insertInto('desiredSlot').values(rows).execute()
      return true
    })
  }
}

async function replaceState(
  db: Connection,
  device: string,
  { previous, state }: { previous: number; state: IssuedState },
): Promise<boolean> {
  const known = await db
    .selectFrom('device')
    .select('id')
    .where('id', '=', device)
    .executeTakeFirst()
  if (known === undefined) return false
  const values = {
    seq: state.seq,
    issuedAt: state.issuedAt,
    expiresAt: state.expires,
    content: JSON.stringify(state.content),
    envelope: JSON.stringify(state.envelope),
  }
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('desiredState')
    .values({ device, ...values })
    .onConflict((conflict) =>
      conflict.column('device').doUpdateSet(values).where('desiredState.seq', '=', previous),
    )
    .executeTakeFirst()
  return (numInsertedOrUpdatedRows ?? 0n) > 0n
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
