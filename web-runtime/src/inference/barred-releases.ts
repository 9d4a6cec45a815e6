import { z } from 'zod'
import type { Database } from '../storage/database.js'

const barsSchema = z.record(z.string(), z.string())
const key = 'inference/webgpu-barred'
const maxBars = 64

/**
 * Releases that computed wrong numbers on this machine's WebGPU, with the reason. A release is probed
 * once, so what the probe found must outlive the page.
 */
export class BarredReleases {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Why WebGPU may not run this release; undefined when it may. */
  async reason(digest: string): Promise<string | undefined> {
    const stored = await this.#database.read(['documents'], (transaction) =>
      transaction.objectStore('documents').get(key),
    )
    return barsOf(stored)[digest]
  }

  /** Durable when it resolves. @throws StorageError */
  async bar(digest: string, reason: string): Promise<void> {
    await this.#database.write(['documents'], async (transaction) => {
      const documents = transaction.objectStore('documents')
      const bars = Object.entries({ ...barsOf(await documents.get(key)), [digest]: reason })
      await documents.put(Object.fromEntries(bars.slice(-maxBars)), key)
    })
  }
}

const barsOf = (stored: unknown): Record<string, string> => barsSchema.safeParse(stored).data ?? {}
