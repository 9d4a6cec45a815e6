import { readFile, rm } from 'node:fs/promises'
import { z } from 'zod'
import { encodeUtf8 } from '@kedge/shared/util/bytes'
import { labelsSchema } from '@kedge/shared/util/scalars'
import type { DataLayout } from '../files/data-layout.js'
import { codeOf, toStorageError } from '../files/storage-faults.js'
import { writeFileAtomic } from '../files/write-atomic.js'

const pendingSchema = z.object({ token: z.string(), labels: labelsSchema })

/** What it takes to go on waiting for an operator's word. */
export type PendingJoin = z.infer<typeof pendingSchema>

/** @throws StorageError */
export async function keepPending(layout: DataLayout, pending: PendingJoin): Promise<void> {
  // The token is a secret, as the key is.
  await writeFileAtomic(layout.joining, encodeUtf8(`${JSON.stringify(pending)}\n`), { mode: 0o600 })
}

/** Undefined when this folder waits for nobody. @throws StorageError */
export async function findPending({ joining }: DataLayout): Promise<PendingJoin | undefined> {
  try {
    return pendingSchema.safeParse(JSON.parse(await readFile(joining, 'utf8'))).data
  } catch (cause) {
    if (cause instanceof SyntaxError || codeOf(cause) === 'ENOENT') return undefined
    throw toStorageError(cause, { doing: `read ${joining}` })
  }
}

/** @throws StorageError */
export async function forgetPending({ joining }: DataLayout): Promise<void> {
  try {
    await rm(joining, { force: true })
  } catch (cause) {
    throw toStorageError(cause, { doing: `remove ${joining}` })
  }
}
