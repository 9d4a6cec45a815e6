import { StorageError } from '@kedge/shared/errors/device-error'
import { openDB, type IDBPDatabase, type IDBPTransaction } from 'idb'
import { upgradeSchema, type KedgeSchema, type StoreName, schemaVersion } from './schema.js'
import { toStorageError } from './storage-failure.js'

type Connection = IDBPDatabase<KedgeSchema>
export type Transaction<
  Names extends StoreName[],
  Mode extends IDBTransactionMode,
> = IDBPTransaction<KedgeSchema, Names, Mode>

/** Everything the runtime keeps in one browser profile: one IndexedDB database, opened on first use. */
export class Database implements AsyncDisposable {
  readonly #name: string
  #connection: Promise<Connection> | undefined
  /** Why it may not be opened again, once that is so. */
  #ended: StorageError | undefined

  constructor(name: string) {
    this.#name = name
  }

  /**
   * Reads in one transaction. `work` awaits nothing but the transaction's own requests, else the
   * browser commits under it.
   *
   * @throws StorageError
   */
  read<Names extends StoreName[], T>(
    stores: [...Names],
    work: (transaction: Transaction<Names, 'readonly'>) => Promise<T>,
  ): Promise<T> {
    return this.#withConnection(async (connection) => {
      const transaction = connection.transaction(stores, 'readonly')
      const result = await work(transaction)
      await transaction.done
      return result
    })
  }

  /**
   * Changes all of `stores` or nothing, and resolves when the change is on the disk.
   *
   * @throws StorageError `storage-full`, `storage-failed`
   */
  write<Names extends StoreName[], T>(
    stores: [...Names],
    work: (transaction: Transaction<Names, 'readwrite'>) => Promise<T>,
  ): Promise<T> {
    return this.#change(stores, 'strict', work)
  }

  /**
   * As `write`, without waiting for the disk: survives the end of the browser, not a power cut. For
   * what can be fetched again.
   *
   * @throws StorageError `storage-full`, `storage-failed`
   */
  writeSoon<Names extends StoreName[], T>(
    stores: [...Names],
    work: (transaction: Transaction<Names, 'readwrite'>) => Promise<T>,
  ): Promise<T> {
    return this.#change(stores, 'relaxed', work)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended ??= new StorageError('storage-failed', `the database ${this.#name} is closed`)
    const connection = await this.#connection?.catch(() => undefined)
    this.#connection = undefined
    connection?.close()
  }

  #change<Names extends StoreName[], T>(
    stores: [...Names],
    durability: IDBTransactionDurability,
    work: (transaction: Transaction<Names, 'readwrite'>) => Promise<T>,
  ): Promise<T> {
    return this.#withConnection(async (connection) => {
      const transaction = connection.transaction(stores, 'readwrite', { durability })
      // Awaited below; an abort must not count as unhandled while `work` still runs.
      transaction.done.catch(() => undefined)
      try {
        const result = await work(transaction)
        await transaction.done
        return result
      } catch (cause) {
        abortQuietly(transaction)
        throw transaction.error ?? cause
      }
    })
  }

  async #withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#connect())
    } catch (cause) {
      throw toStorageError(cause, this.#name)
    }
  }

  #connect(): Promise<Connection> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    this.#connection ??= this.#open().catch((cause: unknown) => {
      this.#connection = undefined
      throw cause
    })
    return this.#connection
  }

  #open(): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const opening: Promise<Connection> = openDB<KedgeSchema>(this.#name, schemaVersion, {
        upgrade: upgradeSchema,
        // Another tab holds an older version and did not let go when asked: it may be frozen.
        blocked: () => {
          reject(heldByOlderPage(this.#name))
          void opening.then((connection) => connection.close())
        },
        // A newer page wants to upgrade: let it, and say so to whoever still asks here.
        blocking: (_current, next) => {
          if (next !== null) this.#ended = outdated(this.#name)
          this.#connection = undefined
          void opening.then((connection) => connection.close())
        },
        // The browser closed it (storage cleared, disk error): the next use opens it anew.
        terminated: () => {
          this.#connection = undefined
        },
      })
      opening.then(resolve, reject)
    })
  }
}

const heldByOlderPage = (name: string) =>
  new StorageError(
    'storage-failed',
    `another tab holds an older version of the database ${name}; close or reload that tab`,
  )

const outdated = (name: string) =>
  new StorageError(
    'storage-failed',
    `a newer version of this page has taken over the database ${name}; reload the page`,
  )

function abortQuietly(transaction: { abort(): void }): void {
  try {
    transaction.abort()
  } catch {
    // It has already ended by itself.
  }
}
