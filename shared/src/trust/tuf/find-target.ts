import { encodeUtf8 } from '../../util/bytes.js'
import { webSha256 } from '../../util/sha256.js'
import type { DelegatedRole, RoleKeys, TargetFile, TargetsDocument, TufKeys } from './documents.js'
import { own } from './form.js'
import { matchesPattern } from './path-pattern.js'

/** A file that a publisher vouches for, and the role that named it. */
export interface TrustedTarget extends TargetFile {
  readonly path: string
  readonly role: string
}

/** A role as the one above it describes it. */
export interface Delegation<T extends string = 'targets'> {
  readonly type: T
  readonly name: string
  readonly role: RoleKeys
  readonly keys: TufKeys
}

export interface Search {
  /** The top-level targets role. */
  readonly start: Delegation
  /** Gives the document of a role, verified with the keys of that very delegation. */
  readonly load: (delegation: Delegation) => Promise<TargetsDocument>
  readonly mostRoles: number
}

/** Looks through the delegations depth first, in the order of the metadata (5.6.7). */
export async function findTarget(path: string, search: Search): Promise<TrustedTarget | undefined> {
  let hash = ''
  const visited = new Set<string>()
  const waiting = [search.start]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    // 5.6.7.1: a role is asked once, and cycles and endless chains end.
    if (visited.has(next.name)) continue
    if (visited.size > search.mostRoles) return undefined
    visited.add(next.name)
    const { targets, delegations } = await search.load(next)
    const target = own(targets, path)
    if (target) return { ...target, path, role: next.name }
    if (!delegations) continue
    const { keys, roles: all = [] } = delegations
    if (all.some((role) => role.path_hash_prefixes)) hash ||= await webSha256(encodeUtf8(path))
    const roles = all.filter((role) => mayName(role, path, hash))
    // 5.6.7.2.1: behind a terminating delegation nobody else is asked.
    const end = roles.findIndex(({ terminating }) => terminating)
    if (end >= 0) waiting.length = 0
    for (const role of roles.slice(0, end < 0 ? undefined : end + 1).reverse()) {
      waiting.push({ type: 'targets', name: role.name, role, keys })
    }
  }
  return undefined
}

/** Whether the delegation is about the path, by its patterns or by its hash (4.5). */
const mayName = (role: DelegatedRole, path: string, hash: string): boolean =>
  role.paths?.some((pattern) => matchesPattern(path, pattern)) ??
  role.path_hash_prefixes?.some((prefix) => hash.startsWith(prefix)) ??
  false
