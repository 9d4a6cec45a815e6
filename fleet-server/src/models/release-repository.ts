import type { ChunkRef } from '@kedge/shared/delivery/chunk-index'
import type { Release } from '@kedge/shared/model/release'
import { fromJsonColumn, toCount } from '../db/json-column.js'
import type { Connection, Database } from '../db/schema.js'
import type { Model, ReleaseRecord } from './model.js'

export type NewRelease = Omit<ReleaseRecord, 'newBytes' | 'revoked' | 'runningOn'>

/** Rows in one statement: PostgreSQL takes 65,535 parameters, SQLite 32,766. */
const rowsAtOnce = 1_000

export class ReleaseRepository {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /**
   * Adds a release with its chunks. A version that is there already stays as it is, and its digest
   * is the answer.
   */
  add(release: NewRelease, chunks: readonly ChunkRef[]): Promise<{ stored: string }> {
    const { model, version } = release
    return this.#db.transaction().execute(async (db) => {
      await db
        .insertInto('model')
        .values({ name: model, createdAt: release.createdAt, floor: null })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .execute()
      const added = await db
        .insertInto('release')
        .values(toRow(release))
        .onConflict((conflict) => conflict.columns(['model', 'version']).doNothing())
        .returning('sha256')
        .executeTakeFirst()
      if (added === undefined) return { stored: await storedDigest(db, model, version) }
      const newBytes = await addChunks(db, model, chunks)
      await db
        .updateTable('release')
        .set({ newBytes })
        .where('model', '=', model)
        .where('version', '=', version)
        .execute()
      return { stored: release.sha256 }
    })
  }

  async find(model: string, version: string): Promise<ReleaseRecord | undefined> {
    const row = await selectReleases(this.#db, model)
      .where('version', '=', version)
      .executeTakeFirst()
    return row && toRelease(row)
  }

  /** The one published last comes first. */
  async list(model: string): Promise<ReleaseRecord[]> {
    const rows = await selectReleases(this.#db, model)
      .orderBy('createdAt', 'desc')
      .orderBy('version', 'desc')
      .execute()
    return rows.map(toRelease)
  }

  async model(name: string): Promise<Model | undefined> {
    const row = await selectModels(this.#db).where('model.name', '=', name).executeTakeFirst()
    return row && toModel(row)
  }

  /** By name, from the one behind `after`. */
  async models(after: string, limit: number): Promise<Model[]> {
    const rows = await selectModels(this.#db)
      .where('model.name', '>', after)
      .orderBy('model.name')
      .limit(limit)
      .execute()
    return rows.map(toModel)
  }

  async modelCount(): Promise<number> {
    const row = await this.#db
      .selectFrom('model')
      .select((e) => e.fn.countAll().as('n'))
      .executeTakeFirst()
    return toCount(row?.n)
  }
}

/** Bytes of those chunks that no release of the model had. */
async function addChunks(
  db: Connection,
  model: string,
  chunks: readonly ChunkRef[],
): Promise<number> {
  const unique = [...new Map(chunks.map((chunk) => [chunk.sha256, chunk])).values()]
  let bytes = 0
  for (let start = 0; start < unique.length; start += rowsAtOnce) {
    const added = await db
      .insertInto('modelChunk')
      .values(unique.slice(start, start + rowsAtOnce).map((chunk) => ({ model, ...chunk })))
      .onConflict((conflict) => conflict.columns(['model', 'sha256']).doNothing())
      .returning('length')
      .execute()
    bytes += added.reduce((sum, { length }) => sum + length, 0)
  }
  return bytes
}

async function storedDigest(db: Connection, model: string, version: string): Promise<string> {
  const { sha256 } = await db
    .selectFrom('release')
    .select('sha256')
    .where('model', '=', model)
    .where('version', '=', version)
    .executeTakeFirstOrThrow()
  return sha256
}

const toRow = ({ publisher, manifest, ...release }: NewRelease) => ({
  ...release,
  publisher: publisher.id,
  publisherName: publisher.name,
  manifest: JSON.stringify(manifest),
  newBytes: 0,
  revokedAt: null,
  revokedReason: null,
})

const selectReleases = (db: Connection, model: string) =>
  db
    .selectFrom('release')
    .selectAll()
    .select((e) =>
      e
        .selectFrom('reportedSlot')
        .whereRef('reportedSlot.model', '=', 'release.model')
        .whereRef('reportedSlot.runningRelease', '=', 'release.sha256')
        .select((inner) => inner.fn.countAll().as('n'))
        .as('runningOn'),
    )
    .where('release.model', '=', model)

type ReleaseRow = Awaited<ReturnType<ReturnType<typeof selectReleases>['execute']>>[number]

function toRelease({ publisherName, revokedAt, revokedReason, ...row }: ReleaseRow): ReleaseRecord {
  return {
    ...row,
    counter: row.counter ?? 0,
    revoked: revokedAt === null ? null : { at: revokedAt, reason: revokedReason ?? '' },
    publisher: { id: row.publisher, name: publisherName },
    manifest: fromJsonColumn<Release>(row.manifest),
    runningOn: toCount(row.runningOn),
  }
}

const selectModels = (db: Connection) =>
  db
    .selectFrom('model')
    .selectAll()
    .select((e) => [
      e
        .selectFrom('release')
        .whereRef('release.model', '=', 'model.name')
        .select((inner) => inner.fn.countAll().as('n'))
        .as('releases'),
      e
        .selectFrom('release')
        .whereRef('release.model', '=', 'model.name')
        .select('release.version')
        .orderBy('release.createdAt', 'desc')
        .orderBy('release.version', 'desc')
        .limit(1)
        .as('latest'),
      e
        .selectFrom('reportedSlot')
        .whereRef('reportedSlot.model', '=', 'model.name')
        .where('reportedSlot.runningRelease', 'is not', null)
        .select((inner) => inner.fn.countAll().as('n'))
        .as('runningOn'),
    ])

type ModelRow = Awaited<ReturnType<ReturnType<typeof selectModels>['execute']>>[number]

const toModel = (row: ModelRow): Model => ({
  name: row.name,
  createdAt: row.createdAt,
  floor: row.floor ?? 0,
  latest: row.latest,
  releases: toCount(row.releases),
  runningOn: toCount(row.runningOn),
})
