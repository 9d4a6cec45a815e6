import { access, readFile } from 'node:fs/promises'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { keyFileSchema, type KeyFile } from '@kedge/shared/trust/keys'
import { ed25519Key, tufKeyId } from '@kedge/shared/trust/tuf/tuf-key'
import { fromBase64 } from '@kedge/shared/util/bytes'
import type { NamedKey } from '../trust/grant-model.js'

/** @throws UsageError `usage` when the file is no key */
export async function readKey(file: string): Promise<KeyFile> {
  try {
    return keyFileSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (cause) {
    throw new UsageError(
      'usage',
      `${file} is no readable key; make one with \`kedge key create --out ${file}\``,
      { cause },
    )
  }
}

/** A public key: in base64, as `kedge key create` prints it, or from a key file. @throws UsageError */
export async function readPublicKey(text: string): Promise<NamedKey> {
  const raw = /^[A-Za-z0-9+/]{43}=$/.test(text) ? text : (await readKey(text)).publicKey
  const key = ed25519Key(fromBase64(raw))
  return { keyId: await tufKeyId(key), key }
}

/** A key is never overwritten. @throws UsageError `conflict` */
export async function checkFree(file: string): Promise<void> {
  const exists = await access(file).then(
    () => true,
    () => false,
  )
  if (exists) {
    throw new UsageError('conflict', `${file} exists; a key is never overwritten: choose --out`)
  }
}
