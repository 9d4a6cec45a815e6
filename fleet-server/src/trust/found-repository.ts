import type { KeyFile } from '@kedge/shared/trust/keys'
import type { RootDocument, TargetsDocument } from '@kedge/shared/trust/tuf/documents'
import { signMetadata } from '@kedge/shared/trust/tuf/sign-metadata'
import type { NamedKey } from './grant-model.js'
import { lifetimes, signedFields } from './metadata-fields.js'
import { namedKeyOf, tufSignerOf } from './tuf-signer.js'

/** A key; without its private half it can be named and cannot sign. */
export type FoundingKey = Pick<KeyFile, 'publicKey'> | KeyFile

/** Every key a fleet begins with. */
export interface FoundingKeys {
  readonly roots: readonly FoundingKey[]
  readonly targets: KeyFile
  readonly snapshot: KeyFile
  readonly timestamp: KeyFile
  readonly fleet: KeyFile
}

export interface FoundingFacts {
  readonly now: number
  /** Of the root keys. */
  readonly threshold: number
}

/** The first files of a repository, `1.root.json` and `1.targets.json`, signed by the keys at hand. */
export async function foundRepository(
  keys: FoundingKeys,
  { now, threshold }: FoundingFacts,
): Promise<{ root: Uint8Array; targets: Uint8Array }> {
  const roots = await Promise.all(keys.roots.map(namedKeyOf))
  const signers = await Promise.all(
    keys.roots.flatMap((key) => ('privateKey' in key ? [tufSignerOf(key)] : [])),
  )
  const targets = await tufSignerOf(keys.targets)
  const online = {
    snapshot: await tufSignerOf(keys.snapshot),
    timestamp: await tufSignerOf(keys.timestamp),
  }
  const fleet = await tufSignerOf(keys.fleet)
  const root: RootDocument = {
    _type: 'root',
    ...signedFields(1, now + lifetimes.root),
    consistent_snapshot: true,
    keys: keyTable([...roots, targets, online.snapshot, online.timestamp]),
    roles: {
      root: { keyids: roots.map(({ keyId }) => keyId), threshold },
      targets: only(targets),
      snapshot: only(online.snapshot),
      timestamp: only(online.timestamp),
    },
    'x-kedge': {
      fleet: { keys: keyTable([fleet]), threshold: 1 },
      fleetId: `f-${keys.fleet.id}`,
      fleetEpoch: 1,
    },
  }
  const first: TargetsDocument = {
    _type: 'targets',
    ...signedFields(1, now + lifetimes.targets),
    targets: {},
    delegations: { keys: {}, roles: [] },
  }
  return { root: await signMetadata(root, signers), targets: await signMetadata(first, [targets]) }
}

const keyTable = (keys: readonly NamedKey[]) =>
  Object.fromEntries(keys.map(({ keyId, key }) => [keyId, key]))

const only = ({ keyId }: NamedKey) => ({ keyids: [keyId], threshold: 1 })
