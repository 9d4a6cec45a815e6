import type { KeyFile } from '@kedge/shared/trust/keys'
import { answer, type Client } from './client.js'

/** Makes sure the fleet knows a key. @returns whether it had to be added */
export async function registerPublisher(client: Client, key: KeyFile): Promise<boolean> {
  const { items } = await answer(client.publishers.$get())
  if (items.some(({ id }) => id === key.id)) return false
  await answer(
    client.publishers.$post({
      json: { name: key.name, key: { id: key.id, key: key.publicKey } },
    }),
  )
  return true
}
