import type { ChunkIndex } from '@kedge/shared/delivery/chunk-index'
import type { Sha256 } from '@kedge/shared/util/sha256'
import type { Database } from '../storage/database.js'
import { parseFileRecords, placesOf } from './file-record.js'

/**
 * Lets go of stored chunks that are no longer what they were, so that the next attempt fetches them
 * again: a damaged chunk that counts as held would make every attempt fail. How many there were.
 */
export async function discardDamaged(
  database: Database,
  joined: { index: ChunkIndex; sha256: Sha256; bytes: Uint8Array },
): Promise<number> {
  const damaged: string[] = []
  let offset = 0
  for (const { sha256, length } of joined.index.chunks) {
    const bytes = joined.bytes.subarray(offset, offset + length)
    if ((await joined.sha256(bytes)) !== sha256) damaged.push(sha256)
    offset += length
  }
  if (damaged.length === 0) return 0
  await database.write(['files', 'contents', 'chunks'], async (transaction) => {
    const files = transaction.objectStore('files')
    const places = placesOf(parseFileRecords(await files.getAll()))
    for (const sha256 of damaged) {
      const staged = await transaction.objectStore('chunks').getKey(sha256)
      const file = places.get(sha256)?.file
      if (staged !== undefined) await transaction.objectStore('chunks').delete(sha256)
      else if (file !== undefined) {
        await files.delete(file)
        await transaction.objectStore('contents').delete(file)
      }
    }
  })
  return damaged.length
}
