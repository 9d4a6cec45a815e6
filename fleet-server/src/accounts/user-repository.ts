import type { Selectable } from 'kysely'
import type { Connection, Database, DatabaseSchema } from '../db/schema.js'
import type { Role } from './permissions.js'
import type { User } from './user.js'

export interface NewUser {
  readonly id: string
  readonly name: string
  readonly role: Role
  readonly createdAt: number
  readonly passwordHash: string | null
}

/** Who somebody is to an OpenID provider: these two never change, unlike names and addresses. */
export interface Identity {
  readonly issuer: string
  readonly subject: string
}

export class UserRepository {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async any(): Promise<boolean> {
    const row = await this.#db.selectFrom('account').select('id').limit(1).executeTakeFirst()
    return row !== undefined
  }

  /** False when the name is taken. */
  async add(user: NewUser, identity?: Identity): Promise<boolean> {
    return this.#db.transaction().execute(async (tx) => {
      const added = await tx
        .insertInto('account')
        .values({ ...user, lastSeen: null })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .returning('id')
        .executeTakeFirst()
      if (added === undefined) return false
      if (identity) {
        await tx
          .insertInto('accountIdentity')
          .values({ ...identity, account: user.id })
          .execute()
      }
      return true
    })
  }

  async find(id: string): Promise<User | undefined> {
    const row = await this.#rows().where('id', '=', id).executeTakeFirst()
    return row && this.#toUser(row)
  }

  async list(after: string, limit: number): Promise<User[]> {
    const rows = await this.#rows().where('name', '>', after).orderBy('name').limit(limit).execute()
    return Promise.all(rows.map((row) => this.#toUser(row)))
  }

  async findCredentials(
    name: string,
  ): Promise<{ id: string; passwordHash: string | null } | undefined> {
    return this.#db
      .selectFrom('account')
      .select(['id', 'passwordHash'])
      .where('name', '=', name)
      .executeTakeFirst()
  }

  async findByIdentity({ issuer, subject }: Identity): Promise<string | undefined> {
    const row = await this.#db
      .selectFrom('accountIdentity')
      .select('account')
      .where('issuer', '=', issuer)
      .where('subject', '=', subject)
      .executeTakeFirst()
    return row?.account
  }

  async setPassword(id: string, passwordHash: string): Promise<void> {
    await this.#db.updateTable('account').set({ passwordHash }).where('id', '=', id).execute()
  }

  /** False when this would leave nobody who may do all. */
  async setRole(id: string, role: Role): Promise<boolean> {
    return this.#db.transaction().execute(async (tx) => {
      if (role !== 'owner' && (await isLastOwner(tx, id))) return false
      await tx.updateTable('account').set({ role }).where('id', '=', id).execute()
      return true
    })
  }

  /** False when this would leave nobody who may do all. */
  async remove(id: string): Promise<boolean> {
    return this.#db.transaction().execute(async (tx) => {
      if (await isLastOwner(tx, id)) return false
      await tx.deleteFrom('account').where('id', '=', id).execute()
      return true
    })
  }

  async setSeen(id: string, at: number): Promise<void> {
    await this.#db.updateTable('account').set({ lastSeen: at }).where('id', '=', id).execute()
  }

  #rows() {
    return this.#db.selectFrom('account').selectAll()
  }

  async #toUser(row: Selectable<DatabaseSchema['account']>): Promise<User> {
    const [passkey, identity] = await Promise.all([
      this.#db.selectFrom('passkey').select('id').where('account', '=', row.id).executeTakeFirst(),
      this.#db
        .selectFrom('accountIdentity')
        .select('subject')
        .where('account', '=', row.id)
        .executeTakeFirst(),
    ])
    return {
      id: row.id,
      name: row.name,
      role: row.role as Role,
      createdAt: row.createdAt,
      lastSeen: row.lastSeen,
      methods: [
        ...(row.passwordHash === null ? [] : (['password'] as const)),
        ...(passkey ? (['passkey'] as const) : []),
        ...(identity ? (['oidc'] as const) : []),
      ],
    }
  }
}

/** Locks the rows of the owners first: two that end each other's say at once would leave none. */
async function isLastOwner(tx: Connection, id: string): Promise<boolean> {
  const owners = await tx
    .updateTable('account')
    .set({ role: 'owner' })
    .where('role', '=', 'owner')
    .returning('id')
    .execute()
  return owners.length === 1 && owners[0]?.id === id
}
