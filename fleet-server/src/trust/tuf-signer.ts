import { importSigner, type KeyFile } from '@kedge/shared/trust/keys'
import { ed25519Signer, type TufSigner } from '@kedge/shared/trust/tuf/tuf-key'
import { fromBase64 } from '@kedge/shared/util/bytes'

/** Signs metadata with the key of a file. */
export async function tufSignerOf(file: KeyFile): Promise<TufSigner> {
  const { privateKey } = await importSigner(file)
  return ed25519Signer(privateKey, fromBase64(file.publicKey))
}
