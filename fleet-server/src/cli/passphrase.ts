import { readFile } from 'node:fs/promises'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { KeyFile } from '@kedge/shared/trust/keys'
import { decryptKeyFile, encryptKeyFile, isEncrypted } from '../trust/encrypted-key.js'
import { askHidden, ownTerminal } from './ask-hidden.js'

export interface PassphraseFlags {
  readonly passphraseFile?: string
}

export interface NewPassphraseFlags extends PassphraseFlags {
  /** False with `--no-passphrase`. */
  readonly passphrase?: boolean
}

/** Shorter ones are tried out in an afternoon. */
const shortest = 8

/** How a new key file is kept: as it is, or encrypted. */
export type SealKey = (key: KeyFile) => Promise<KeyFile>

/**
 * How keys that are about to be made will be kept, which is asked before any is.
 *
 * @param isRequired whether leaving them plain must be said
 * @throws UsageError `usage`
 */
export async function askSeal(flags: NewPassphraseFlags, isRequired: boolean): Promise<SealKey> {
  const passphrase = flags.passphrase === false ? '' : await newPassphrase(flags, isRequired)
  if (passphrase === '') return (key) => Promise.resolve(key)
  if (passphrase.length < shortest) {
    throw new UsageError('usage', `a passphrase has at least ${shortest} characters`)
  }
  return (key) => encryptKeyFile(key, passphrase)
}

async function newPassphrase(flags: PassphraseFlags, isRequired: boolean): Promise<string> {
  const given = await givenPassphrase(flags)
  if (given !== undefined) return given
  const terminal = ownTerminal()
  if (terminal === undefined) {
    if (!isRequired) return ''
    throw new UsageError(
      'usage',
      'root and targets keys are kept encrypted: give --passphrase-file FILE or ' +
        'KEDGE_KEY_PASSPHRASE, or say --no-passphrase',
    )
  }
  const hint = isRequired ? '' : ' (empty for none)'
  const first = await askHidden(terminal, `New passphrase${hint}: `)
  if (first === '' && isRequired) {
    throw new UsageError('usage', 'an empty passphrase protects nothing; or say --no-passphrase')
  }
  if (first !== '' && (await askHidden(terminal, 'Once more: ')) !== first) {
    throw new UsageError('usage', 'the two passphrases differ; nothing was written')
  }
  return first
}

/** A key ready to sign: with the passphrase given, or the one that a person types. */
export async function unlockKey(
  file: string,
  key: KeyFile,
  flags: PassphraseFlags,
): Promise<KeyFile> {
  if (!isEncrypted(key)) return key
  const given = await givenPassphrase(flags)
  if (given !== undefined) return decryptKeyFile(key, given)
  const terminal = ownTerminal()
  if (terminal === undefined) {
    throw new UsageError(
      'usage',
      `${file} is encrypted: give --passphrase-file FILE or KEDGE_KEY_PASSPHRASE`,
    )
  }
  return decryptKeyFile(key, await askHidden(terminal, `Passphrase for ${file}: `))
}

async function givenPassphrase({ passphraseFile }: PassphraseFlags): Promise<string | undefined> {
  if (passphraseFile === undefined) return process.env['KEDGE_KEY_PASSPHRASE']
  try {
    return (await readFile(passphraseFile, 'utf8')).replace(/\r?\n$/, '')
  } catch (cause) {
    throw new UsageError('usage', `--passphrase-file: cannot read ${passphraseFile}`, { cause })
  }
}
