import { generateKeyPair } from '@kedge/shared/trust/keys'
import type { Database } from '../storage/database.js'

const keyName = 'device'

/**
 * The key pair this browser profile is known by, made on first use. The private half cannot be
 * exported: a script that gets into the page can use it while it runs, but not carry it away.
 *
 * @throws StorageError
 */
export async function loadDeviceKeys(database: Database): Promise<CryptoKeyPair> {
  const existing = await database.read(['keys'], (transaction) =>
    transaction.objectStore('keys').get(keyName),
  )
  if (existing !== undefined) return existing
  const fresh = await generateKeyPair(false)
  return database.write(['keys'], async (transaction) => {
    const keys = transaction.objectStore('keys')
    // Another tab may have been faster: the first one written is the device.
    const first = await keys.get(keyName)
    if (first !== undefined) return first
    await keys.put(fresh, keyName)
    return fresh
  })
}
