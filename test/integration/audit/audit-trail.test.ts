import { PostgresAdapter, sql } from 'kysely'
import { expect, it } from 'vitest'
import { seededEntropy } from '@kedge/shared/util/entropy'
import { AuditLog } from '../../../fleet-server/src/audit/audit-log.js'
import type { AuditEntry, AuditRecord } from '../../../fleet-server/src/audit/audit-record.js'
import { AuditRepository } from '../../../fleet-server/src/audit/audit-repository.js'
import { verifyChain } from '../../../fleet-server/src/audit/verify-chain.js'
import { IntentRepository } from '../../../fleet-server/src/audit/intent-repository.js'
import type { Database } from '../../../fleet-server/src/db/schema.js'
import { describeOnDatabases } from '../../support/databases.js'
import { ManualClock } from '../../support/manual-clock.js'

const entry = (action: string, name = 'ann'): AuditEntry => ({
  actor: { kind: 'user', id: `u-${name}`, name },
  ...{ method: 'password', ip: '10.0.0.1', action, object: 'devices/d-1', requestId: 'q-1' },
})

const everyRow = (rows: AuditRepository) => rows.list({ limit: 1_000, order: 'oldest' })

/** What somebody does who owns the database: the rules go first, then the rows. */
async function asOwnerOf(db: Database, change: string): Promise<void> {
  if (isPostgres(db)) await sql`alter table "audit" disable trigger user`.execute(db)
  else {
    await sql`drop trigger "auditNo_update"`.execute(db)
    await sql`drop trigger "auditNo_delete"`.execute(db)
  }
  await sql.raw(change).execute(db)
}

const isPostgres = (db: Database) => db.getExecutor().adapter instanceof PostgresAdapter

describeOnDatabases('audit trail', (open) => {
  const openTrail = async (length = 0) => {
    const { db, url } = await open()
    const rows = new AuditRepository(db)
    const clock = new ManualClock()
    const log = new AuditLog(rows, new IntentRepository(db), clock)
    for (let i = 1; i <= length; i++) await log.append(entry(`device.label`, `ann-${i}`))
    return { db, url, rows, log, clock }
  }

  it('counts from one without a gap, each row with the hash of the one before', async () => {
    const { rows, log } = await openTrail()
    await Promise.all(Array.from({ length: 20 }, (_, i) => log.append(entry(`a.${i}`))))
    const all = await everyRow(rows)
    expect(all.map(({ n }) => n)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
    expect(await verifyChain(all)).toMatchObject({ rows: 20 })
  })

  it('stays one chain when several servers write it', async () => {
    const { rows, db } = await openTrail()
    const open = () => new AuditLog(rows, new IntentRepository(db), new ManualClock())
    const logs = Array.from({ length: 3 }, open)
    await Promise.all(
      logs.flatMap((log, i) => Array.from({ length: 7 }, () => log.append(entry(`server.s${i}`)))),
    )
    expect(await verifyChain(await everyRow(new AuditRepository(db)))).toMatchObject({ rows: 21 })
  })

  it('can be neither changed nor emptied while its rules stand', async () => {
    const { db, rows } = await openTrail(3)
    await expect(db.updateTable('audit').set({ object: 'x' }).execute()).rejects.toThrow('append')
    await expect(db.deleteFrom('audit').where('n', '=', 2).execute()).rejects.toThrow('append')
    if (isPostgres(db)) await expect(sql`truncate "audit"`.execute(db)).rejects.toThrow('append')
    expect(await verifyChain(await everyRow(rows))).toMatchObject({ rows: 3 })
  })

  it.each([
    ['an edit', `update "audit" set "actorName" = 'bob' where "n" = 4`, 4],
    ['a deletion', `delete from "audit" where "n" = 5`, 5],
    ['a deletion of the first', `delete from "audit" where "n" = 1`, 1],
    [
      'a new order',
      `update "audit" set "n" = case when "n" = 3 then -6 when "n" = 6 then -3 else "n" end;
       update "audit" set "n" = -"n" where "n" < 0`,
      3,
    ],
    [
      'a row put in',
      `update "audit" set "n" = -("n" + 1) where "n" >= 7; update "audit" set "n" = -"n" where "n" < 0;
       insert into "audit" select 7, "prevHash", "at", "actorKind", "actorId", "actorName",
       "method", "ip", "action", 'put in', "before", "after", "requestId", "hash" from "audit"
       where "n" = 6`,
      7,
    ],
  ])('shows %s at its first row', async (_, change, n) => {
    const { db, rows } = await openTrail(9)
    const [first = '', ...others] = change.split(';')
    await asOwnerOf(db, first)
    for (const other of others) await sql.raw(other).execute(db)
    expect((await verifyChain(await everyRow(rows))).bad?.n).toBe(n)
  })

  it('shows any single change of any field of any row', async () => {
    const { rows } = await openTrail(6)
    const all = await everyRow(rows)
    const entropy = seededEntropy(7)
    const fields = Object.keys(all[0]!) as (keyof AuditRecord)[]
    for (let i = 0; i < 60; i++) {
      const at = Math.floor(entropy.random() * all.length)
      const field = fields[Math.floor(entropy.random() * fields.length)]!
      const value =
        field === 'actor' ? { ...all[at]!.actor, id: 'x' } : `${String(all[at]![field])}1`
      const isNumber = field === 'n' || field === 'at'
      const tampered = all.with(at, { ...all[at]!, [field]: isNumber ? Number(value) : value })
      expect((await verifyChain(tampered)).bad?.n, `${field} of ${at}`).toBeDefined()
    }
  })

  it('goes on from rows that vanish while it is written, so that the gap shows', async () => {
    const { db, rows, log } = await openTrail(5)
    await asOwnerOf(db, `delete from "audit" where "n" > 3`)
    await log.append(entry('device.remove'))
    expect((await verifyChain(await everyRow(rows))).bad).toMatchObject({ n: 4 })
  })

  it('takes an intent and its row in one step, and keeps none that was refused', async () => {
    const { db, rows, log, clock } = await openTrail()
    const [done, refused] = [entry('user.manage'), { ...entry('user.manage'), requestId: 'q-2' }]
    await log.intend(done)
    await log.intend(refused)
    await log.settle({ ...done, object: 'users/u-1' })
    await log.drop(refused)
    expect(await db.selectFrom('auditIntent').selectAll().execute()).toEqual([])
    await log.recover(clock.now())
    expect(await everyRow(rows)).toMatchObject([{ action: 'user.manage', object: 'users/u-1' }])
  })

  it('tells of what a killed server had begun, once, and not of what is under way', async () => {
    const { db, rows, log, clock } = await openTrail(1)
    await log.intend({ ...entry('device.remove', 'bob'), requestId: 'q-7' })
    await clock.advance(1)
    await log.intend({ ...entry('device.label', 'eve'), requestId: 'q-8' })
    const successor = new AuditLog(rows, new IntentRepository(db), clock)
    await successor.recover(clock.now() - 1)
    await successor.recover(clock.now() - 1)
    const all = await everyRow(rows)
    expect(all[1]).toMatchObject({
      ...{ actor: { name: 'bob' }, action: 'device.remove.unfinished', requestId: 'q-7' },
    })
    expect(await verifyChain(all)).toMatchObject({ rows: 2 })
    expect(await verifyChain(all)).not.toHaveProperty('bad')
  })

  it('is read from either end, by who and by what', async () => {
    const { rows, log } = await openTrail(3)
    await log.append(entry('devices.other', 'zoe'))
    const found = async (query: object) =>
      (await rows.list({ limit: 10, order: 'newest', ...query })).map(({ n }) => n)
    expect(await found({})).toEqual([4, 3, 2, 1])
    expect(await found({ cursor: 3 })).toEqual([2, 1])
    expect(await found({ order: 'oldest', cursor: 2, limit: 1 })).toEqual([3])
    expect(await found({ actor: 'zoe' })).toEqual([4])
    expect(await found({ actor: 'u-ann-2' })).toEqual([2])
    expect(await found({ action: 'device' })).toEqual([3, 2, 1])
    expect(await found({ action: 'devices.other' })).toEqual([4])
  })
})
