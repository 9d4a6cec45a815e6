import { importSigner, type KeyFile } from '@kedge/shared/trust/keys'
import {
  ed25519Key,
  ed25519Signer,
  tufKeyId,
  type TufSigner,
} from '@kedge/shared/trust/tuf/tuf-key'
import { fromBase64 } from '@kedge/shared/util/bytes'
import type { NamedKey } from './grant-model.js'

/** Signs metadata with the key of a file. */
export async function tufSignerOf(file: KeyFile): Promise<TufSigner> {
  const { privateKey } = await importSigner(file)
  return ed25519Signer(privateKey, fromBase64(file.publicKey))
}

/** The public half of a key as metadata names it. */
export async function namedKeyOf({ publicKey }: Pick<KeyFile, 'publicKey'>): Promise<NamedKey> {
  const key = ed25519Key(fromBase64(publicKey))
  return { keyId: await tufKeyId(key), key }
}
