import { StorageError } from '@kedge/shared/errors/device-error'
import { KedgeError } from '@kedge/shared/errors/kedge-error'

/** What IndexedDB threw, in the words of this project. Errors of Kedge pass through. */
export function toStorageError(thrown: unknown, database: string): Error {
  if (thrown instanceof KedgeError) return thrown
  const name = thrown instanceof DOMException ? thrown.name : ''
  const says = thrown instanceof Error ? thrown.message : String(thrown)
  if (name === 'QuotaExceededError') {
    return new StorageError('storage-full', `the browser allows this page no more storage`, {
      cause: thrown,
    })
  }
  if (name === 'VersionError') {
    return new StorageError(
      'storage-failed',
      `the database ${database} belongs to a newer version of this page; reload the page`,
      { cause: thrown },
    )
  }
  return new StorageError('storage-failed', `the database ${database} failed: ${says}`, {
    cause: thrown,
  })
}
