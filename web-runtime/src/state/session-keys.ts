import type { DeviceKeys } from '@kedge/shared/adapters/enrolment'
import { generateKeyPair } from '@kedge/shared/trust/keys'
import type { Enrolment } from '@kedge/shared/protocol/enrolment'
import type { Database } from '../storage/database.js'

type KeyName = 'device' | 'next'

/**
 * The key of this browser's session, and that of the next one while it is asked for. The private
 * halves cannot be exported: a script that gets into the page can use them while it runs, but not
 * carry them away.
 */
export class SessionKeys implements DeviceKeys {
  readonly #database: Database
  #current: CryptoKeyPair

  private constructor(database: Database, current: CryptoKeyPair) {
    this.#database = database
    this.#current = current
  }

  /** The key that the last page has left, or a new one. @throws StorageError */
  static async load(database: Database): Promise<SessionKeys> {
    return new SessionKeys(database, await loadOrMake(database, 'device'))
  }

  get publicKey(): CryptoKey {
    return this.#current.publicKey
  }

  get privateKey(): CryptoKey {
    return this.#current.privateKey
  }

  /** The key to ask with for the next session: the same one until it is taken up. @throws StorageError */
  next(): Promise<CryptoKeyPair> {
    return loadOrMake(this.#database, 'next')
  }

  /**
   * From now on this browser speaks by `next`, for as long as `enrolment` says. Both are stored at
   * once: a page that is killed goes on with either session, never with half of one.
   *
   * @throws StorageError
   */
  async takeUp(next: CryptoKeyPair, enrolment: Enrolment): Promise<void> {
    await this.#database.write(['keys', 'documents'], async (transaction) => {
      const keys = transaction.objectStore('keys')
      await keys.put(next, 'device')
      await keys.delete('next')
      await transaction.objectStore('documents').put(JSON.stringify(enrolment), 'state/enrolment')
    })
    this.#current = next
  }
}

async function loadOrMake(database: Database, name: KeyName): Promise<CryptoKeyPair> {
  const existing = await database.read(['keys'], (transaction) =>
    transaction.objectStore('keys').get(name),
  )
  if (existing !== undefined) return existing
  const fresh = await generateKeyPair(false)
  return database.write(['keys'], async (transaction) => {
    const keys = transaction.objectStore('keys')
    // Another tab may have been faster: the first one written is the key.
    const first = await keys.get(name)
    if (first !== undefined) return first
    await keys.put(fresh, name)
    return fresh
  })
}
