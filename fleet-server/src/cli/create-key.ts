import { createKeyFile } from '@kedge/shared/trust/keys'
import { writeKeyFile } from '../trust/key-folder.js'
import { isEncrypted } from '../trust/encrypted-key.js'
import { shortKeyId } from '../trust/signature-tally.js'
import { namedKeyOf } from '../trust/tuf-signer.js'
import { print, printJson, type OutputFlags } from './output.js'
import { askSeal, unlockKey, type NewPassphraseFlags } from './passphrase.js'
import { checkFree, readKey } from './read-key.js'

interface CreateFlags extends OutputFlags, NewPassphraseFlags {
  readonly out: string
  readonly name: string
}

/** Makes a key for a publisher, or for a holder of root or targets. */
export async function createKey({ out, name, json, ...flags }: CreateFlags): Promise<void> {
  await checkFree(out)
  const seal = await askSeal(flags, false)
  const key = await seal(await createKeyFile(name))
  await writeKeyFile(out, key)
  const { keyId } = await namedKeyOf(key)
  const { id, publicKey } = key
  if (json) return printJson({ file: out, id, keyId, name, publicKey })
  const kept = isEncrypted(key) ? 'encrypted' : 'not encrypted'
  print(`${out}: key ${shortKeyId(keyId)} of ${name}, ${kept}; keep it secret and keep a copy`)
  print(`public key ${publicKey}`)
}

interface ChangeFlags extends NewPassphraseFlags {
  readonly oldPassphraseFile?: string
}

/** Gives a key file another passphrase, its first one, or none. */
export async function changePassphrase(file: string, flags: ChangeFlags): Promise<void> {
  const { oldPassphraseFile, ...rest } = flags
  const old = oldPassphraseFile === undefined ? {} : { passphraseFile: oldPassphraseFile }
  const key = await unlockKey(file, await readKey(file), old)
  const sealed = await (await askSeal(rest, true))(key)
  await writeKeyFile(file, sealed)
  print(`${file} is ${isEncrypted(sealed) ? 'encrypted' : 'not encrypted'}`)
}
