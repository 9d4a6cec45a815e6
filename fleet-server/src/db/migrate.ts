import { Migrator, type Kysely, type Migration } from 'kysely'
import { ServerError } from '@kedge/shared/errors/server-error'
import * as foundation from './migrations/001-foundation.js'
import * as enrolment from './migrations/002-enrolment.js'
import * as accounts from './migrations/003-accounts.js'
import * as audit from './migrations/004-audit.js'
import * as trust from './migrations/005-trust.js'
import * as signedReports from './migrations/006-signed-reports.js'
import * as proof from './migrations/007-proof-and-intents.js'
import * as browserKeys from './migrations/008-browser-keys.js'

/** In the order they run. A released one never changes: what it did stays done. */
const migrations: Record<string, Migration> = {
  '001-foundation': foundation,
  '002-enrolment': enrolment,
  '003-accounts': accounts,
  '004-audit': audit,
  '005-trust': trust,
  '006-signed-reports': signedReports,
  '007-proof-and-intents': proof,
  '008-browser-keys': browserKeys,
}

/** Brings the tables up to date; safe when several servers start at once. @throws ServerError */
export async function migrate<T>(db: Kysely<T>): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve(migrations) },
  })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) {
    throw new ServerError('database-failed', 'the database could not be brought up to date', {
      cause: error,
    })
  }
}
