import type { ServerContext } from '../context.js'
import type { NamedKey } from '../trust/grant-model.js'
import { namedKeyOf } from '../trust/tuf-signer.js'
import type { Publisher, ReleaseRecord } from './model.js'

/** The key of a publisher as metadata names it. */
export const tufKeyOf = ({ key }: Pick<Publisher, 'key'>): Promise<NamedKey> =>
  namedKeyOf({ publicKey: key.key })

/** By whom a release is: the registered holder of a key that signed it, or the key itself. */
export async function signerOf(
  { publishers }: Pick<ServerContext, 'publishers'>,
  signedBy: readonly string[],
): Promise<ReleaseRecord['publisher']> {
  for (const publisher of await publishers.list()) {
    const { keyId } = await tufKeyOf(publisher)
    if (signedBy.includes(keyId)) return { id: publisher.id, name: publisher.name }
  }
  const id = (signedBy[0] ?? '').slice(0, 20)
  return { id, name: id }
}

/** Names of the registered publishers, by the ids that metadata has for their keys. */
export async function publisherNames({
  publishers,
}: Pick<ServerContext, 'publishers'>): Promise<Map<string, string>> {
  const named = (await publishers.list()).map(
    async (publisher) => [(await tufKeyOf(publisher)).keyId, publisher.name] as const,
  )
  return new Map(await Promise.all(named))
}
