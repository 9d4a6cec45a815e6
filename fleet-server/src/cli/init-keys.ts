import path from 'node:path'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { createKeyFile, type KeyFile } from '@kedge/shared/trust/keys'
import { readMetadata } from '@kedge/shared/trust/tuf/verify-metadata'
import { writeFileAtomically } from '../files/write-file-atomically.js'
import { foundRepository, type FoundingKey } from '../trust/found-repository.js'
import { writeKeyFile } from '../trust/key-folder.js'
import { formatShortfall, isEnough, tallySignatures } from '../trust/signature-tally.js'
import { print } from './output.js'
import { askSeal, unlockKey, type NewPassphraseFlags, type SealKey } from './passphrase.js'
import { checkFree, isPublicKey, readKey } from './read-key.js'

interface InitFlags extends NewPassphraseFlags {
  readonly out: string
  readonly roots: number
  readonly threshold: number
  /** Public keys or key files of holders who have made theirs themselves. */
  readonly rootKeys?: readonly string[]
}

/** Makes every key of a fleet on this machine, so that the server never sees those it must not have. */
export async function initKeys({ out, threshold, ...flags }: InitFlags): Promise<void> {
  const holders = flags.rootKeys ?? []
  const count = holders.length || flags.roots
  if (threshold > count) {
    throw new UsageError('usage', `${count} root keys cannot give ${threshold} signatures`)
  }
  await checkFree(out)
  const given: FoundingKey[] = []
  for (const holder of holders) given.push(await readHolder(holder, flags))
  const seal = await askSeal(flags, true)
  const keep = (file: string) => keepKey(path.join(out, file), seal)
  const roots = holders.length > 0 ? given : await makeRoots(count, keep)
  const online = (role: string) => keepKey(path.join(out, `${role}.json`))
  const keys = {
    roots,
    targets: await keep('offline/targets.json'),
    snapshot: await online('snapshot'),
    timestamp: await online('timestamp'),
    fleet: await online('fleet'),
  }
  const first = await foundRepository(keys, { now: Date.now(), threshold })
  const rootFile = path.join(out, 'metadata', '1.root.json')
  await writeFileAtomically(rootFile, first.root)
  await writeFileAtomically(path.join(out, 'metadata', '1.targets.json'), first.targets)
  print(
    `${out}/offline: ${holders.length > 0 ? 'the targets key' : 'root and targets keys'}; ` +
      'keep them off the server, each with its holder, and keep a copy\n' +
      `${out}: the rest; copy it to DATA/keys of the server, without offline/, before its first start`,
  )
  await sayWhoMustSign(rootFile, first.root)
}

async function makeRoots(count: number, keep: (file: string) => Promise<KeyFile>) {
  const keys: KeyFile[] = []
  for (let n = 1; n <= count; n++) {
    keys.push(await keep(`offline/${count === 1 ? 'root' : `root-${n}`}.json`))
  }
  return keys
}

/** @returns the key ready to sign, though the file has it as `seal` leaves it */
async function keepKey(file: string, seal?: SealKey): Promise<KeyFile> {
  const key = await createKeyFile(path.basename(file, '.json'))
  await writeKeyFile(file, seal ? await seal(key) : key)
  return key
}

/** A holder whose key file is here signs at once; one with a public key alone does later. */
async function readHolder(text: string, flags: NewPassphraseFlags): Promise<FoundingKey> {
  return isPublicKey(text) ? { publicKey: text } : unlockKey(text, await readKey(text), flags)
}

async function sayWhoMustSign(name: string, bytes: Uint8Array): Promise<void> {
  const file = readMetadata(bytes, 'root')
  const tally = await tallySignatures(file, file.signed.roles.root, file.signed.keys)
  if (isEnough(tally)) return
  print(
    `${name} ${formatShortfall(tally)}; each holder adds one with ` +
      `\`kedge key sign ${name} --key KEY\`, before the server first starts`,
  )
}
