import { UsageError } from '@kedge/shared/errors/kedge-error'
import { decodeUtf8, encodeUtf8 } from '@kedge/shared/util/bytes'
import type { Selectable } from 'kysely'
import type { Connection, Database, DatabaseSchema } from '../db/schema.js'

export interface StoredMetadata {
  readonly role: string
  readonly version: number
  /** As they were signed. */
  readonly bytes: Uint8Array
  readonly expires: number
}

/** Versions of a role kept besides the roots, which all stay: a device may be in the midst of one. */
const versionsKept = 20

/** Every file of the TUF repository. */
export class MetadataRepository {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** Without a version, the newest. */
  async find(role: string, version?: number): Promise<StoredMetadata | undefined> {
    let query = this.#db.selectFrom('trustMetadata').selectAll().where('role', '=', role)
    if (version !== undefined) query = query.where('version', '=', version)
    const row = await query.orderBy('version', 'desc').limit(1).executeTakeFirst()
    return row && toStored(row)
  }

  /** The newest file of every role, by role. */
  async current(): Promise<Map<string, StoredMetadata>> {
    const rows = await this.#db
      .selectFrom('trustMetadata')
      .selectAll()
      .where('version', '=', (e) =>
        e
          .selectFrom('trustMetadata as other')
          .whereRef('other.role', '=', 'trustMetadata.role')
          .select((inner) => inner.fn.max('other.version').as('newest')),
      )
      .orderBy('role')
      .execute()
    return new Map(rows.map((row) => [row.role, toStored(row)]))
  }

  /** Every file there is, oldest first: what a broker of others is to hold. */
  async all(): Promise<StoredMetadata[]> {
    const rows = await this.#db
      .selectFrom('trustMetadata')
      .selectAll()
      .orderBy('role')
      .orderBy('version')
      .execute()
    return rows.map(toStored)
  }

  /**
   * Adds files, all or none.
   *
   * @throws UsageError `conflict` when there is another file of that version
   */
  add(files: readonly StoredMetadata[], now: number): Promise<void> {
    return this.#db.transaction().execute(async (db) => {
      for (const file of files) {
        await insert(db, file, now)
        if (file.role !== 'root') await prune(db, file.role)
      }
    })
  }
}

async function insert(db: Connection, file: StoredMetadata, now: number): Promise<void> {
  const { role, version, bytes, expires } = file
  const added = await db
    .insertInto('trustMetadata')
    .values({ role, version, body: decodeUtf8(bytes), expiresAt: expires, createdAt: now })
    .onConflict((conflict) => conflict.columns(['role', 'version']).doNothing())
    .returning('role')
    .executeTakeFirst()
  if (added !== undefined) return
  throw new UsageError('conflict', `version ${version} of ${role} is there already; sign it anew`)
}

async function prune(db: Connection, role: string): Promise<void> {
  const kept = await db
    .selectFrom('trustMetadata')
    .select('version')
    .where('role', '=', role)
    .orderBy('version', 'desc')
    .limit(versionsKept)
    .execute()
  const oldest = kept.at(-1)?.version
  if (oldest === undefined || kept.length < versionsKept) return
  await db
    .deleteFrom('trustMetadata')
    .where('role', '=', role)
    .where('version', '<', oldest)
    .execute()
}

const toStored = (row: Selectable<DatabaseSchema['trustMetadata']>): StoredMetadata => ({
  role: row.role,
  version: row.version,
  bytes: encodeUtf8(row.body),
  expires: row.expiresAt,
})
