import { countSchema, sha256Schema } from '@kedge/shared/util/scalars'
import { z } from 'zod'

/** What is kept beside the bytes of a verified file: where each of its chunks lies. */
export const fileRecordSchema = z.object({
  v: z.literal(1),
  sha256: sha256Schema,
  length: countSchema,
  chunks: z.array(z.object({ sha256: sha256Schema, length: countSchema })),
})
export type FileRecord = z.infer<typeof fileRecordSchema>

/** Records that this version can read; what it cannot read is as good as absent. */
export function parseFileRecords(values: readonly unknown[]): FileRecord[] {
  return values.flatMap((value) => {
    const result = fileRecordSchema.safeParse(value)
    return result.success ? [result.data] : []
  })
}

/** Where in an installed file a chunk lies. */
export interface ChunkPlace {
  readonly file: string
  readonly offset: number
}

export function placesOf(records: readonly FileRecord[]): Map<string, ChunkPlace> {
  const places = new Map<string, ChunkPlace>()
  for (const { sha256: file, chunks } of records) {
    let offset = 0
    for (const chunk of chunks) {
      places.set(chunk.sha256, { file, offset })
      offset += chunk.length
    }
  }
  return places
}
