import { createKeyFile, type KeyFile } from '@kedge/shared/trust/keys'
import type { TufSigner } from '@kedge/shared/trust/tuf/tuf-key'
import {
  foundRepository,
  type FoundingKeys,
} from '../../fleet-server/src/trust/found-repository.js'
import { expiryOf } from '../../fleet-server/src/trust/metadata-fields.js'
import type { StoredMetadata } from '../../fleet-server/src/trust/metadata-repository.js'
import { tufSignerOf } from '../../fleet-server/src/trust/tuf-signer.js'
import { readMetadata } from '@kedge/shared/trust/tuf/verify-metadata'

/** A key with its signer. */
export interface TestKey {
  readonly file: KeyFile
  readonly signer: TufSigner
}

export async function makeKey(name = 'key'): Promise<TestKey> {
  const file = await createKeyFile(name)
  return { file, signer: await tufSignerOf(file) }
}

/** The first files of a repository, with all its keys at hand. */
export async function foundTestRepository(now: number, roots = 1, threshold = 1) {
  const named = (name: string) => createKeyFile(name)
  const keys = {
    roots: await Promise.all(Array.from({ length: roots }, () => named('root'))),
    targets: await named('targets'),
    snapshot: await named('snapshot'),
    timestamp: await named('timestamp'),
    fleet: await named('fleet'),
  } satisfies FoundingKeys
  return { keys, ...(await foundRepository(keys, { now, threshold })) }
}

export function toStored(role: string, bytes: Uint8Array): StoredMetadata {
  const { signed } = readMetadata(bytes, role === 'root' ? 'root' : 'targets')
  return { role, version: signed.version, bytes, expires: expiryOf(signed) }
}
