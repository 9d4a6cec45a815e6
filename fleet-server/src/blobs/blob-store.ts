import { createHash } from 'node:crypto'
import { DeliveryError } from '@kedge/shared/errors/device-error'

/** Immutable bytes by their SHA-256. Once a blob has its name it never changes. */
export interface BlobStore {
  has(sha256: string): Promise<boolean>
  /** Undefined when there is none. The caller must not change the bytes: they may be shared. */
  get(sha256: string): Promise<Uint8Array | undefined>
  /**
   * Durable once it resolves; a blob that is there already is left alone.
   * @throws DeliveryError `digest-mismatch` when the bytes are not those of the name
   */
  put(sha256: string, bytes: Uint8Array): Promise<void>
  /** Those of `hashes` that are not here, each once, in their order. */
  missing(hashes: readonly string[]): Promise<string[]>
  /** Length in bytes; undefined when there is none. */
  size(sha256: string): Promise<number | undefined>
}

export const sha256Of = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex')

/** @throws DeliveryError `digest-mismatch` */
export function checkDigest(sha256: string, bytes: Uint8Array): void {
  const actual = sha256Of(bytes)
  if (actual === sha256) return
  throw new DeliveryError(
    'digest-mismatch',
    `the ${bytes.length} bytes sent as ${sha256} have the digest ${actual}`,
  )
}

const lookupsAtOnce = 16

/** `missing` for a store that can only be asked for one blob at a time. */
export async function findMissing(
  hashes: readonly string[],
  has: (sha256: string) => Promise<boolean>,
): Promise<string[]> {
  const unique = [...new Set(hashes)]
  const missing: string[] = []
  for (let start = 0; start < unique.length; start += lookupsAtOnce) {
    const some = unique.slice(start, start + lookupsAtOnce)
    const held = await Promise.all(some.map(has))
    missing.push(...some.filter((_, i) => !held[i]))
  }
  return missing
}
