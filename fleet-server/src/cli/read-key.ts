import { access, readFile } from 'node:fs/promises'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { keyFileSchema, type KeyFile } from '@kedge/shared/trust/keys'
import type { TufSigner } from '@kedge/shared/trust/tuf/tuf-key'
import type { NamedKey } from '../trust/grant-model.js'
import { namedKeyOf, tufSignerOf } from '../trust/tuf-signer.js'
import { unlockKey, type PassphraseFlags } from './passphrase.js'

/** Flags of every command that signs. */
export interface SigningFlags extends PassphraseFlags {
  /** Key files. */
  readonly key: readonly string[]
}

/** A key file as it lies there, encrypted or not. @throws UsageError `usage` when it is none */
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

/** Those who sign, one after another: each may ask for a passphrase. @throws UsageError `usage` */
export async function readSigners(
  files: readonly string[],
  flags: PassphraseFlags,
): Promise<TufSigner[]> {
  const signers: TufSigner[] = []
  for (const file of files) {
    signers.push(await tufSignerOf(await unlockKey(file, await readKey(file), flags)))
  }
  return signers
}

/** Whether a flag gives a public key itself, and not the file of one. */
export const isPublicKey = (text: string): boolean => /^[A-Za-z0-9+/]{43}=$/.test(text)

/**
 * A public key: in base64, as `kedge key create` prints it, or that of a key file, for which it takes
 * no passphrase.
 *
 * @throws UsageError `usage`
 */
export async function readPublicKey(text: string): Promise<NamedKey> {
  return namedKeyOf({ publicKey: isPublicKey(text) ? text : (await readKey(text)).publicKey })
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
