import pg from 'pg'
import type { PostgresPool, PostgresPoolClient } from 'kysely'
import { ServerError } from '@kedge/shared/errors/server-error'

/**
 * PostgreSQL sends 64-bit integers (20) and their sums (1700) as text; all of ours are counts and
 * times that a number holds.
 */
const numbers = new Set<number>([20, 1700])

const types: pg.CustomTypesConfig = {
  getTypeParser: (id, format) =>
    numbers.has(id)
      ? (text: string) => Number(text)
      : (pg.types.getTypeParser(id, format) as (text: string) => unknown),
}

/** A pool of connections whose failures are `database-failed`. */
export function openPostgresPool(url: string): PostgresPool {
  const pool = new pg.Pool({ connectionString: url, max: 8, types })
  // An idle connection that breaks is replaced by the pool; without a listener it ends the process.
  pool.on('error', () => undefined)
  return {
    connect: async () => guardClient(await guarded(pool.connect())),
    end: () => pool.end(),
  }
}

function guardClient(client: pg.PoolClient): PostgresPoolClient {
  return {
    // The other form that Kysely's type has, with a cursor, is for streams, which we do not use.
    query: ((sql: string, parameters: readonly unknown[]) =>
      guarded(client.query(sql, [...parameters]))) as unknown as PostgresPoolClient['query'],
    release: () => client.release(),
  }
}

async function guarded<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ServerError('database-failed', `PostgreSQL: ${reason}`, { cause })
  }
}
