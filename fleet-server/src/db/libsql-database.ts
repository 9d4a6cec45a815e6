import Libsql from 'libsql'
import type { SqliteDatabase, SqliteStatement } from 'kysely'
import { ServerError } from '@kedge/shared/errors/server-error'

const keptStatements = 256
/** How long another process may hold the file before we give up, in ms. */
const busyTimeout = 5_000

/** Opens a SQLite file in the form that Kysely's dialect takes. @throws ServerError */
export function openLibsql(file: string): SqliteDatabase {
  return guarded(() => {
    const db = new Libsql(file, { timeout: busyTimeout })
    db.pragma('journal_mode = WAL')
    // A telemetry window is acknowledged once it is stored, and the device then forgets it:
    // it must survive a power cut, so every commit is flushed.
    db.pragma('synchronous = FULL')
    db.pragma('foreign_keys = ON')
    return new LibsqlDatabase(db)
  })
}

class LibsqlDatabase implements SqliteDatabase {
  readonly #db: Libsql.Database
  readonly #statements = new Map<string, LibsqlStatement>()

  constructor(db: Libsql.Database) {
    this.#db = db
  }

  /** Kysely asks for the same few statements again and again: the least recently used one goes. */
  prepare(sql: string): SqliteStatement {
    const kept = this.#statements.get(sql)
    this.#statements.delete(sql)
    const statement = kept ?? guarded(() => new LibsqlStatement(this.#db.prepare(sql)))
    this.#statements.set(sql, statement)
    const [oldest] = this.#statements.keys()
    if (this.#statements.size > keptStatements && oldest !== undefined) {
      this.#statements.delete(oldest)
    }
    return statement
  }

  close(): void {
    this.#statements.clear()
    this.#db.close()
  }
}

class LibsqlStatement implements SqliteStatement {
  readonly reader: boolean
  readonly #statement: Libsql.Statement

  constructor(statement: Libsql.Statement) {
    this.#statement = statement
    this.reader = statement.reader
  }

  all(parameters: readonly unknown[]): unknown[] {
    return guarded(() => this.#statement.all(parameters.map(toBindable)))
  }

  run(parameters: readonly unknown[]) {
    return guarded(() => this.#statement.run(parameters.map(toBindable)))
  }

  iterate(parameters: readonly unknown[]): IterableIterator<unknown> {
    return guarded(() => this.#statement.iterate(parameters.map(toBindable)))
  }
}

/**
 * libsql 0.5 ends the process (a Rust panic) when it is handed a boolean, and binds every number as
 * a float: integers go as BigInt, which it reads back as numbers.
 */
function toBindable(value: unknown): unknown {
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (Number.isSafeInteger(value)) return BigInt(value as number)
  return value ?? null
}

function guarded<T>(access: () => T): T {
  try {
    return access()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ServerError('database-failed', `SQLite: ${reason}`, { cause })
  }
}
