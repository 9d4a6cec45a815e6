import type {
  RoleKeys,
  RootDocument,
  TopLevelRole,
  TufKeys,
} from '@kedge/shared/trust/tuf/documents'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { NamedKey } from './grant-model.js'
import { lifetimes, signedFields } from './metadata-fields.js'
import { checkFleetThreshold } from './root-in-force.js'

export type RotatedRole = TopLevelRole | 'fleet'

export interface Rotation {
  readonly role: RotatedRole
  readonly add: readonly NamedKey[]
  /** Ids of keys that no longer count. */
  readonly remove: readonly string[]
  readonly threshold?: number
}

/**
 * The next root, in which a role has other keys. Unsigned yet: it takes the threshold of the old
 * root's keys and of the new one's (TUF 5.3.4).
 *
 * @throws UsageError when the role would have fewer keys than it takes signatures
 */
export function rotateRoot(root: RootDocument, rotation: Rotation, now: number): RootDocument {
  const next = { ...root, ...signedFields(root.version + 1, now + lifetimes.root) }
  if (rotation.role === 'fleet') return rotateFleet(next, rotation)
  const role = rotateKeys(root.roles[rotation.role], rotation)
  const roles = { ...root.roles, [rotation.role]: role }
  const used = new Set(Object.values(roles).flatMap(({ keyids }) => keyids))
  return { ...next, roles, keys: usedKeys({ ...root.keys, ...tableOf(rotation.add) }, used) }
}

function rotateFleet(root: RootDocument, rotation: Rotation): RootDocument {
  const extension = root['x-kedge']
  if (extension === undefined) throw new UsageError('usage', 'this root is of no Kedge fleet')
  const { keys, threshold } = extension.fleet
  const role = rotateKeys({ keyids: Object.keys(keys), threshold }, rotation)
  checkFleetThreshold(role.threshold)
  const fleet = {
    keys: usedKeys({ ...keys, ...tableOf(rotation.add) }, new Set(role.keyids)),
    threshold: role.threshold,
  }
  return { ...root, 'x-kedge': { ...extension, fleet } }
}

function rotateKeys(held: RoleKeys, { role, add, remove, threshold }: Rotation): RoleKeys {
  const unknown = remove.find((id) => !held.keyids.includes(id))
  if (unknown !== undefined) throw new UsageError('usage', `${role} has no key ${unknown}`)
  const added = [...held.keyids, ...add.map(({ keyId }) => keyId)]
  const keyids = [...new Set(added)].filter((id) => !remove.includes(id))
  const needed = threshold ?? held.threshold
  if (keyids.length >= needed) return { keyids, threshold: needed }
  throw new UsageError('usage', `${role} would have ${keyids.length} keys and need ${needed}`)
}

const tableOf = (keys: readonly NamedKey[]): TufKeys =>
  Object.fromEntries(keys.map(({ keyId, key }) => [keyId, key]))

const usedKeys = (keys: TufKeys, used: ReadonlySet<string>): TufKeys =>
  Object.fromEntries(Object.entries(keys).filter(([id]) => used.has(id)))
