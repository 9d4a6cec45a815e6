import type { StateStore } from '@kedge/shared/device/ports/state'
import { enrolmentSchema, type Enrolment } from '@kedge/shared/protocol/enrolment'
import type { Database } from '../storage/database.js'

/**
 * Who this browser profile is in its fleet; undefined before it has enrolled, and when an older version
 * of this code has: the same key enrols again as the same device. @throws StorageError
 */
export async function loadEnrolment(state: StateStore): Promise<Enrolment | undefined> {
  return enrolmentSchema.safeParse(await state.load('enrolment')).data
}

/**
 * Begins anew in another fleet: what the old one wanted and was owed is forgotten. Files stay; they are
 * known by their digests.
 */
export async function joinFleet(database: Database, enrolment: Enrolment): Promise<void> {
  await database.write(['documents', 'spool'], async (transaction) => {
    const documents = transaction.objectStore('documents')
    await documents.clear()
    await transaction.objectStore('spool').clear()
    await documents.put(JSON.stringify(enrolment), 'state/enrolment')
  })
}
