import type { SequencedWindow } from '@kedge/shared/protocol/telemetry'
import { fromJsonColumn } from '../db/json-column.js'
import type { Connection, Database } from '../db/schema.js'
import { advancePosition, beginningOfStream, type StreamPosition } from './stream-position.js'
import { mergeSums, toSums, type WindowSums } from './window-sums.js'

/** Windows of one stream of one device, with the times the server takes them to have. */
export interface WindowBatch {
  readonly device: string
  readonly stream: string
  readonly windows: readonly SequencedWindow[]
  readonly dropped: Readonly<Record<string, number>>
  readonly receivedAt: number
}

export interface StoreResult {
  /** Windows that were not there yet. */
  readonly stored: number
  /** What may be acknowledged. */
  readonly upTo: number
}

export interface BucketQuery {
  readonly model: string
  readonly from: number
  readonly to: number
  readonly device?: string
}

export interface Bucket {
  readonly version: string
  readonly device: string
  readonly startAt: number
  readonly sums: WindowSums
}

export interface Total {
  readonly version: string
  readonly device: string
  readonly from: number
  readonly to: number
  readonly sums: WindowSums
}

export const bucketMs = 60_000

export class TelemetryRepository {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** Stores each window once and adds it to the sums, all or nothing. */
  store(batch: WindowBatch): Promise<StoreResult> {
    return this.#db.transaction().execute(async (db) => {
      const added = new Set(await addWindows(db, batch))
      const fresh = batch.windows.filter(({ seq }) => added.has(seq))
      await addToBuckets(db, batch.device, fresh)
      await addToTotals(db, batch.device, fresh)
      const { upTo } = await moveStream(db, batch)
      return { stored: fresh.length, upTo }
    })
  }

  async buckets({ model, from, to, device }: BucketQuery): Promise<Bucket[]> {
    let query = this.#db
      .selectFrom('telemetryBucket')
      .select(['version', 'device', 'startAt', 'body'])
      .where('model', '=', model)
      .where('startAt', '>=', from)
      .where('startAt', '<', to)
      .orderBy('startAt')
    if (device !== undefined) query = query.where('device', '=', device)
    const rows = await query.execute()
    return rows.map(({ body, ...row }) => ({ ...row, sums: fromJsonColumn<WindowSums>(body) }))
  }

  async totals(model: string): Promise<Total[]> {
    const rows = await this.#db
      .selectFrom('telemetryTotal')
      .selectAll()
      .where('model', '=', model)
      .execute()
    return rows.map(({ version, device, fromAt, toAt, body }) => ({
      version,
      device,
      from: fromAt,
      to: toAt,
      sums: fromJsonColumn<WindowSums>(body),
    }))
  }
}

/** The sequence numbers of those that were not there. */
async function addWindows(db: Connection, batch: WindowBatch): Promise<number[]> {
  const { device, stream, receivedAt } = batch
  const rows = await db
    .insertInto('telemetryWindow')
    .values(
      batch.windows.map((window) => ({
        device,
        stream,
        seq: window.seq,
        model: window.model,
        version: window.version,
        fromAt: window.from,
        toAt: window.to,
        receivedAt,
        body: JSON.stringify(window),
      })),
    )
    .onConflict((conflict) => conflict.columns(['device', 'stream', 'seq']).doNothing())
    .returning('seq')
    .execute()
  return rows.map(({ seq }) => seq)
}

async function addToBuckets(db: Connection, device: string, windows: readonly SequencedWindow[]) {
  const startOf = ({ from }: SequencedWindow) => Math.floor(from / bucketMs) * bucketMs
  for (const group of groupBy(windows, (w) => `${w.model} ${w.version} ${startOf(w)}`)) {
    const key = { ...keyOf(group, device), startAt: startOf(group[0]) }
    const there = await db
      .selectFrom('telemetryBucket')
      .select('body')
      .where('model', '=', key.model)
      .where('startAt', '=', key.startAt)
      .where('version', '=', key.version)
      .where('device', '=', device)
      .executeTakeFirst()
    const body = JSON.stringify(sumOf(group, there?.body))
    await db
      .insertInto('telemetryBucket')
      .values({ ...key, body })
      .onConflict((conflict) =>
        conflict.columns(['model', 'startAt', 'version', 'device']).doUpdateSet({ body }),
      )
      .execute()
  }
}

async function addToTotals(db: Connection, device: string, windows: readonly SequencedWindow[]) {
  for (const group of groupBy(windows, ({ model, version }) => `${model} ${version}`)) {
    const key = keyOf(group, device)
    const there = await db
      .selectFrom('telemetryTotal')
      .selectAll()
      .where('model', '=', key.model)
      .where('version', '=', key.version)
      .where('device', '=', device)
      .executeTakeFirst()
    const sums = {
      fromAt: Math.min(there?.fromAt ?? Infinity, ...group.map(({ from }) => from)),
      toAt: Math.max(there?.toAt ?? 0, ...group.map(({ to }) => to)),
      body: JSON.stringify(sumOf(group, there?.body)),
    }
    await db
      .insertInto('telemetryTotal')
      .values({ ...key, ...sums })
      .onConflict((conflict) => conflict.columns(['model', 'version', 'device']).doUpdateSet(sums))
      .execute()
  }
}

async function moveStream(db: Connection, batch: WindowBatch): Promise<StreamPosition> {
  const { device, stream } = batch
  const before =
    (await db
      .selectFrom('telemetryStream')
      .select(['upTo', 'missing'])
      .where('device', '=', device)
      .where('stream', '=', stream)
      .executeTakeFirst()) ?? beginningOfStream
  const rows = await db
    .selectFrom('telemetryWindow')
    .select('seq')
    .where('device', '=', device)
    .where('stream', '=', stream)
    .where('seq', '>', before.upTo)
    .orderBy('seq')
    .execute()
  const dropped = Object.values(batch.dropped).reduce((sum, count) => sum + count, 0)
  const position = advancePosition(
    before,
    rows.map(({ seq }) => seq),
    dropped,
  )
  const values = { ...position, dropped: JSON.stringify(batch.dropped) }
  await db
    .insertInto('telemetryStream')
    .values({ device, stream, ...values })
    .onConflict((conflict) => conflict.columns(['device', 'stream']).doUpdateSet(values))
    .execute()
  return position
}

type Group = readonly [SequencedWindow, ...SequencedWindow[]]

function groupBy(
  windows: readonly SequencedWindow[],
  keyOf: (window: SequencedWindow) => string,
): Group[] {
  const groups = new Map<string, [SequencedWindow, ...SequencedWindow[]]>()
  for (const window of windows) {
    const key = keyOf(window)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [window])
    else group.push(window)
  }
  return [...groups.values()]
}

const keyOf = ([{ model, version }]: Group, device: string) => ({ model, version, device })

function sumOf(group: Group, before: string | undefined): WindowSums {
  const sums = group.map(toSums)
  if (before !== undefined) sums.unshift(fromJsonColumn<WindowSums>(before))
  return sums.reduce(mergeSums)
}
