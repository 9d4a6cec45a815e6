import type { Database } from '../db/schema.js'

/** Which releases must not run, whoever has signed them. */
export interface ReleaseLimits {
  /** The least counter of each model that has one. */
  readonly floor: Readonly<Record<string, number>>
  /** Digests, newest first. */
  readonly revoked: readonly string[]
}

export interface Revocation {
  readonly model: string
  readonly version: string
  readonly reason: string
}

/** A desired state has room for so many; what is older is revoked in its model's role too. */
const maxRevoked = 512

export class ReleaseLimitRepository {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** In the order of the names, so that equal limits are equal documents. */
  async all(): Promise<ReleaseLimits> {
    const models = await this.#db
      .selectFrom('model')
      .select(['name', 'floor'])
      .where('floor', '>', 0)
      .orderBy('name')
      .execute()
    const releases = await this.#db
      .selectFrom('release')
      .select('sha256')
      .where('revokedAt', 'is not', null)
      .orderBy('revokedAt', 'desc')
      .orderBy('sha256')
      .limit(maxRevoked)
      .execute()
    return {
      floor: Object.fromEntries(models.map(({ name, floor }) => [name, floor ?? 0])),
      revoked: releases.map(({ sha256 }) => sha256),
    }
  }

  /** False when it is revoked already, or is not there. */
  async revoke({ model, version, reason }: Revocation, now: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('release')
      .set({ revokedAt: now, revokedReason: reason })
      .where('model', '=', model)
      .where('version', '=', version)
      .where('revokedAt', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }

  /** A floor is only ever raised. False when it was as high already. */
  async raiseFloor(model: string, counter: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('model')
      .set({ floor: counter })
      .where('name', '=', model)
      .where((e) => e.or([e('floor', 'is', null), e('floor', '<', counter)]))
      .executeTakeFirst()
    return numUpdatedRows > 0n
  }
}
