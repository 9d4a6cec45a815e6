import { StorageError } from '@kedge/shared/errors/device-error'
import { formatBytes } from '@kedge/shared/util/units'

interface Attempt {
  /** Continues "cannot …". */
  readonly doing: string
  /** Bytes that were to be written. */
  readonly need?: number
  /** Bytes the file system has left, where that was asked. */
  readonly have?: number
}

const outOfSpace = new Set(['ENOSPC', 'EDQUOT', 'SQLITE_FULL', 'EFBIG'])

/** What the file system or SQLite threw, in the words of Kedge. */
export function toStorageError(cause: unknown, attempt: Attempt): StorageError {
  if (cause instanceof StorageError) return cause
  if (!outOfSpace.has(codeOf(cause) ?? '')) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    return new StorageError('storage-failed', `cannot ${attempt.doing}: ${reason}`, { cause })
  }
  const need = attempt.need === undefined ? '' : `, need ${formatBytes(attempt.need)}`
  const have = attempt.have === undefined ? '' : `, have ${formatBytes(attempt.have)}`
  const message = `cannot ${attempt.doing}: no space left${need}${have}`
  return new StorageError('storage-full', message, { cause })
}

/** `ENOENT`, `SQLITE_BUSY` and the like; undefined when what was thrown has none. */
export function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined
  return typeof thrown.code === 'string' ? thrown.code : undefined
}
