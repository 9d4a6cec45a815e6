import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { createKeyFile, keyFileSchema, type KeyFile } from '@kedge/shared/trust/keys'
import type { TufSigner } from '@kedge/shared/trust/tuf/tuf-key'
import { writeFileAtomically } from '../files/write-file-atomically.js'
import { isEncrypted } from './encrypted-key.js'
import type { FoundingKeys } from './found-repository.js'
import { tufSignerOf } from './tuf-signer.js'

/** A key that can be read on this machine. */
export interface ReadableKey {
  readonly file: KeyFile
  readonly signer: TufSigner
}

const ownerOnly = 0o600

/**
 * The keys of a server: those it signs with day by day in the folder itself, root and targets in
 * `offline/` until they are moved to where they belong.
 */
export class KeyFolder {
  readonly path: string

  constructor(folder: string) {
    this.path = folder
  }

  get offline(): string {
    return path.join(this.path, 'offline')
  }

  /** Every key there that can sign, by its TUF id. @throws UsageError when a file is damaged */
  async readable(): Promise<Map<string, ReadableKey>> {
    const keys = new Map<string, ReadableKey>()
    for (const folder of [this.path, this.offline]) {
      for (const name of await namesIn(folder)) {
        const file = await readKeyFile(path.join(folder, name))
        // What takes a passphrase that only its holder knows is no more here than in a safe.
        if (isEncrypted(file)) continue
        const signer = await tufSignerOf(file)
        keys.set(signer.keyId, { file, signer })
      }
    }
    return keys
  }

  /** The keys a fleet begins with: those that are there, and new ones in place of the missing. */
  async foundingKeys(): Promise<FoundingKeys> {
    const keep = (folder: string, role: string) => keptKey(path.join(folder, `${role}.json`), role)
    return {
      roots: [await keep(this.offline, 'root')],
      targets: await keep(this.offline, 'targets'),
      snapshot: await keep(this.path, 'snapshot'),
      timestamp: await keep(this.path, 'timestamp'),
      fleet: await keep(this.path, 'fleet'),
    }
  }

  /** Metadata that `kedge key init` has left beside the keys. */
  async prepared(name: string): Promise<Uint8Array | undefined> {
    return readIfThere(path.join(this.path, 'metadata', name))
  }
}

async function keptKey(file: string, role: string): Promise<KeyFile> {
  if ((await readIfThere(file)) !== undefined) {
    const held = await readKeyFile(file)
    if (!isEncrypted(held)) return held
    throw new UsageError(
      'usage',
      `${file} is encrypted, and the server asks nobody for a passphrase; copy DATA/keys/metadata ` +
        'from where `kedge key init` has made the keys',
    )
  }
  const key = await createKeyFile(role)
  await writeKeyFile(file, key)
  return key
}

export const writeKeyFile = (file: string, key: KeyFile): Promise<void> =>
  writeFileAtomically(file, `${JSON.stringify(key, null, 2)}\n`, ownerOnly)

async function readKeyFile(file: string): Promise<KeyFile> {
  try {
    return keyFileSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (cause) {
    // Making another would cut off every device that trusts only the old one.
    throw new UsageError('usage', `${file} is damaged; restore it from a backup`, { cause })
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.json'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

async function readIfThere(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
