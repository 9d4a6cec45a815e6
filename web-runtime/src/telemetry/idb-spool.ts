import type { TelemetrySpool } from '@kedge/shared/device/ports/telemetry'
import { StorageError } from '@kedge/shared/errors/device-error'
import type { SequencedWindow } from '@kedge/shared/protocol/telemetry'
import { windowSchema, type TelemetryWindow } from '@kedge/shared/telemetry/window'
import { toHex } from '@kedge/shared/util/bytes'
import type { Entropy } from '@kedge/shared/util/entropy'
import type { Database, Transaction } from '../storage/database.js'
import { countDropped, spoolHeadSchema, type SpoolHead } from './spool-head.js'

/** A week of one window a minute. Past that the oldest go, and are counted. */
const weekOfWindows = 10_080
const headKey = 'telemetry/spool'

type SpoolWrite = Transaction<['documents', 'spool'], 'readwrite'>

/**
 * Windows waiting for the server in IndexedDB. Numbers are given inside the transaction that stores
 * the window, so several tabs may append to one stream.
 *
 * @throws StorageError
 */
export async function openIdbSpool(
  database: Database,
  options: { readonly entropy: Entropy; readonly maxWindows?: number },
): Promise<TelemetrySpool> {
  const stream = toHex(options.entropy.bytes(8))
  const fresh: SpoolHead = { v: 1, stream, next: 1, dropped: {} }
  const head = await database.write(['documents', 'spool'], async (transaction) => {
    const stored = await readHead(transaction)
    if (stored !== undefined) return stored
    // Windows without a head belong to a stream whose name is lost.
    await transaction.objectStore('spool').clear()
    await writeHead(transaction, fresh)
    return fresh
  })
  return new IdbSpool(database, head.stream, options.maxWindows ?? weekOfWindows)
}

class IdbSpool implements TelemetrySpool {
  readonly stream: string
  readonly #database: Database
  readonly #maxWindows: number

  constructor(database: Database, stream: string, maxWindows: number) {
    this.#database = database
    this.stream = stream
    this.#maxWindows = maxWindows
  }

  async append(window: TelemetryWindow): Promise<void> {
    try {
      await this.#append(window, this.#maxWindows)
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== 'storage-full') throw error
      // No room: the newest window is worth more than the oldest half.
      const held = await this.#database.read(['spool'], (tx) => tx.objectStore('spool').count())
      await this.#append(window, Math.floor(held / 2))
    }
  }

  async pending(after: number, limit: number): Promise<SequencedWindow[]> {
    const { keys, values } = await this.#database.read(['spool'], async (transaction) => {
      const range = IDBKeyRange.lowerBound(after, true)
      const spool = transaction.objectStore('spool')
      return {
        keys: await spool.getAllKeys(range, limit),
        values: await spool.getAll(range, limit),
      }
    })
    const parsed = values.map((value) => windowSchema.safeParse(value))
    const unreadable = keys.filter((_, i) => parsed[i]?.success !== true)
    if (unreadable.length > 0) {
      await this.#giveUp(unreadable)
      return this.pending(after, limit)
    }
    return parsed.flatMap(({ data }, i) => (data === undefined ? [] : [{ ...data, seq: keys[i]! }]))
  }

  async trim(upTo: number): Promise<void> {
    await this.#database.write(['spool'], (transaction) =>
      transaction.objectStore('spool').delete(IDBKeyRange.upperBound(upTo)),
    )
  }

  async dropped(): Promise<Record<string, number>> {
    const head = await this.#database.read(['documents'], async (transaction) =>
      spoolHeadSchema.safeParse(await transaction.objectStore('documents').get(headKey)),
    )
    return head.success ? head.data.dropped : {}
  }

  async #append(window: TelemetryWindow, keepAtMost: number): Promise<void> {
    await this.#database.write(['documents', 'spool'], async (transaction) => {
      const head = await readHead(transaction)
      if (head?.stream !== this.stream) {
        throw new StorageError('storage-failed', 'the spool was wiped while this page ran')
      }
      const dropped = await dropOldest(transaction, keepAtMost)
      await transaction.objectStore('spool').put(window, head.next)
      await writeHead(transaction, {
        ...countDropped(head, 'spool-full', dropped),
        next: head.next + 1,
      })
    })
  }

  /** Windows that this version cannot read would stand in the way of all behind them. */
  async #giveUp(keys: readonly number[]): Promise<void> {
    await this.#database.write(['documents', 'spool'], async (transaction) => {
      for (const key of keys) await transaction.objectStore('spool').delete(key)
      const head = await readHead(transaction)
      if (head !== undefined) {
        await writeHead(transaction, countDropped(head, 'unreadable', keys.length))
      }
    })
  }
}

/** Removes the oldest windows until fewer than `keepAtMost` are left; how many went. */
async function dropOldest(transaction: SpoolWrite, keepAtMost: number): Promise<number> {
  const spool = transaction.objectStore('spool')
  const surplus = (await spool.count()) - Math.max(0, keepAtMost - 1)
  if (surplus <= 0) return 0
  const oldest = await spool.getAllKeys(undefined, surplus)
  await spool.delete(IDBKeyRange.upperBound(oldest.at(-1)!))
  return oldest.length
}

async function readHead(transaction: SpoolWrite): Promise<SpoolHead | undefined> {
  const stored = await transaction.objectStore('documents').get(headKey)
  const parsed = spoolHeadSchema.safeParse(stored)
  return parsed.success ? parsed.data : undefined
}

const writeHead = (transaction: SpoolWrite, head: SpoolHead) =>
  transaction.objectStore('documents').put(head, headKey)
