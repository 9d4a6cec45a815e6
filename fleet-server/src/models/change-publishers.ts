import { UsageError } from '@kedge/shared/errors/kedge-error'
import { keyId } from '@kedge/shared/trust/keys'
import { fromBase64 } from '@kedge/shared/util/bytes'
import type { ServerContext } from '../context.js'
import { withdrawFromPublisher } from './grant-to-publisher.js'
import type { Publisher, PublisherRequest } from './model.js'

type Parts = Pick<ServerContext, 'clock' | 'log' | 'publishers' | 'trust'>

/**
 * Registers a key under the name of its holder. What it may sign is granted with the targets key;
 * while that is still on this machine, its first push is its grant.
 *
 * @throws UsageError `usage` when the id is not that of the key, `conflict` when it is there already
 */
export async function addPublisher(parts: Parts, request: PublisherRequest): Promise<Publisher> {
  const { name, key } = request
  const id = await keyId(rawKey(key.key))
  if (id !== key.id) throw new UsageError('usage', `the id of this key is ${id}, not ${key.id}`)
  const publisher = { id, name, key, createdAt: parts.clock.now() }
  if (!(await parts.publishers.add(publisher))) {
    throw new UsageError('conflict', `the key ${id} is a publisher already`)
  }
  parts.log.info({ publisher: id, name }, 'a publisher was added')
  return publisher
}

/**
 * Forgets a key, and takes it out of every grant where the targets key is on this machine. Elsewhere
 * whoever holds that key withdraws it: `kedge key grant MODEL --withdraw KEY`.
 */
export async function removePublisher(parts: Parts, id: string): Promise<void> {
  const publisher = await parts.publishers.find(id)
  if (publisher === undefined) throw new UsageError('not-found', `there is no publisher ${id}`)
  await withdrawFromPublisher(parts, publisher)
  await parts.publishers.remove(id)
  parts.log.info({ publisher: id }, 'a publisher was removed')
}

function rawKey(base64: string): Uint8Array {
  try {
    const raw = fromBase64(base64)
    if (raw.length === 32) return raw
  } catch {
    // Not base64: said below, as one who sees the message can mend either in the same way.
  }
  throw new UsageError('usage', 'the key must be the 32 raw bytes of an Ed25519 key in base64')
}
