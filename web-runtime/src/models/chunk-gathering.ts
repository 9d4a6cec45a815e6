import type { ChunkIndex, ChunkRef } from '@kedge/shared/delivery/chunk-index'
import { DeliveryError } from '@kedge/shared/errors/device-error'
import type { Database } from '../storage/database.js'
import { parseFileRecords, placesOf, type ChunkPlace } from './file-record.js'

/** Chunk rows read in one transaction: bounds how much lies in memory twice. */
const batchSize = 128

/**
 * The whole file `index` describes, joined from staged chunks and from chunks of installed files.
 * Its digest is not checked here.
 *
 * @throws DeliveryError `chunk-unavailable`; StorageError
 */
export async function gatherChunks(
  database: Database,
  index: ChunkIndex,
): Promise<Uint8Array<ArrayBuffer>> {
  const whole = new Uint8Array(index.length)
  const places = await database.read(['files'], async (transaction) =>
    placesOf(parseFileRecords(await transaction.objectStore('files').getAll())),
  )
  let offset = 0
  for (let start = 0; start < index.chunks.length; start += batchSize) {
    const batch = index.chunks.slice(start, start + batchSize)
    const parts = await readBatch(database, batch, places)
    parts.forEach((bytes, i) => {
      // A stored chunk that has grown must not write past its place; the digest will tell.
      whole.set(bytes.subarray(0, batch[i]!.length), offset)
      offset += batch[i]!.length
    })
  }
  return whole
}

async function readBatch(
  database: Database,
  batch: readonly ChunkRef[],
  places: ReadonlyMap<string, ChunkPlace>,
): Promise<Uint8Array[]> {
  const found = await database.read(['chunks', 'contents'], (transaction) =>
    Promise.all(
      batch.map(async ({ sha256 }) => {
        const staged = await transaction.objectStore('chunks').get(sha256)
        if (staged !== undefined) return { staged }
        const place = places.get(sha256)
        if (place === undefined) return undefined
        return { place, blob: await transaction.objectStore('contents').get(place.file) }
      }),
    ),
  )
  return Promise.all(
    batch.map(async (chunk, i) => {
      const source = found[i]
      if (source?.staged !== undefined) return source.staged
      if (source?.blob === undefined) throw missing(chunk)
      const { offset } = source.place
      const slice = source.blob.slice(offset, offset + chunk.length)
      return new Uint8Array(await slice.arrayBuffer())
    }),
  )
}

const missing = (chunk: ChunkRef) =>
  new DeliveryError('chunk-unavailable', `chunk ${chunk.sha256} is not in the store`)
