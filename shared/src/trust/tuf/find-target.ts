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

/** A role as the one that delegates to it describes it. */
export interface Delegation {
  readonly name: string
  readonly role: RoleKeys
  readonly keys: TufKeys
}

/** Gives the document of a delegated role, verified with the keys of that very delegation. */
export type LoadTargets = (delegation: Delegation) => Promise<TargetsDocument>

export interface Search {
  /** The top-level targets role. */
  readonly start: Delegation
  readonly load: LoadTargets
  readonly mostRoles: number
}

/** Looks through the delegations depth first, in the order of the metadata (5.6.7). */
export async function findTarget(path: string, search: Search): Promise<TrustedTarget | undefined> {
  const visited = new Set<string>()
  const waiting = [search.start]
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    // 5.6.7.1: a role is asked once, and cycles and endless chains end.
    if (visited.has(next.name)) continue
    if (visited.size > search.mostRoles) return undefined
    visited.add(next.name)
    const document = await search.load(next)
    const target = own(document.targets, path)
    if (target) return { ...target, path, role: next.name }
    const { delegations } = document
    if (!delegations) continue
    const roles = await matchingRoles(delegations.roles ?? [], path)
    // 5.6.7.2.1: behind a terminating delegation nobody else is asked.
    if (roles.at(-1)?.terminating) waiting.length = 0
    const { keys } = delegations
    for (const role of roles.reverse()) waiting.push({ name: role.name, role, keys })
  }
  return undefined
}

/** The roles that may name the path, up to the first terminating one. */
async function matchingRoles(
  roles: readonly DelegatedRole[],
  path: string,
): Promise<DelegatedRole[]> {
  const matching: DelegatedRole[] = []
  for (const role of roles) {
    if (!(await mayName(role, path))) continue
    matching.push(role)
    if (role.terminating) break
  }
  return matching
}

async function mayName(role: DelegatedRole, path: string): Promise<boolean> {
  if (role.paths) return role.paths.some((pattern) => matchesPattern(path, pattern))
  const hash = await webSha256(encodeUtf8(path))
  return (role.path_hash_prefixes ?? []).some((prefix) => hash.startsWith(prefix))
}
