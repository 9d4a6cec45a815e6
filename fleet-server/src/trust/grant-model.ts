import { UsageError } from '@kedge/shared/errors/kedge-error'
import { modelPaths, modelRole } from '@kedge/shared/trust/release-target'
import type {
  DelegatedRole,
  TargetsDocument,
  TufKey,
  TufKeys,
} from '@kedge/shared/trust/tuf/documents'
import { lifetimes, signedFields } from './metadata-fields.js'

export interface NamedKey {
  readonly keyId: string
  readonly key: TufKey
}

const noDelegations = { keys: {}, roles: [] }

/** The role of a model, if any key was granted it. */
export const grantOf = (targets: TargetsDocument, model: string): DelegatedRole | undefined =>
  targets.delegations?.roles?.find(({ name }) => name === modelRole(model))

export interface GrantChange {
  readonly model: string
  readonly to?: readonly NamedKey[]
  /** Ids of keys that may sign no more. */
  readonly withdraw?: readonly string[]
  /** How many keys sign a release; as before unless told, and 1 at first. */
  readonly threshold?: number
}

/**
 * Changes which keys sign releases of a model (TUF 4.5, delegations). A role that nobody may sign goes
 * away. Unsigned yet.
 *
 * @throws UsageError when there would be fewer keys than it takes signatures
 */
export function grantModel(
  targets: TargetsDocument,
  { model, to = [], withdraw = [], threshold }: GrantChange,
  now: number,
): TargetsDocument {
  const { keys, roles = [] } = targets.delegations ?? noDelegations
  const held = grantOf(targets, model)
  const unknown = withdraw.find((id) => !held?.keyids.includes(id))
  if (unknown !== undefined) {
    throw new UsageError('usage', `${model} was not granted to the key ${unknown}`)
  }
  const all = new Set([...(held?.keyids ?? []), ...to.map(({ keyId }) => keyId)])
  const role: DelegatedRole = {
    name: modelRole(model),
    keyids: [...all].filter((id) => !withdraw.includes(id)),
    threshold: threshold ?? held?.threshold ?? 1,
    terminating: true,
    paths: [modelPaths(model)],
  }
  checkReachable(model, role)
  const others = roles.filter(({ name }) => name !== role.name)
  return withDelegations(targets, now, {
    keys: { ...keys, ...Object.fromEntries(to.map(({ keyId, key }) => [keyId, key])) },
    roles: role.keyids.length > 0 ? [...others, role] : others,
  })
}

/** Nobody could ever sign such a role, and no device would take what it holds. */
function checkReachable(model: string, { keyids, threshold }: DelegatedRole): void {
  if (keyids.length === 0 || keyids.length >= threshold) return
  throw new UsageError(
    'usage',
    `${model} would take ${threshold} signatures and have ${keyids.length} keys; grant it to ` +
      'more with --to, or say a smaller --threshold',
  )
}

/** Takes a key its say over every model. A role that nobody may sign goes away. */
export function withdrawKey(targets: TargetsDocument, keyId: string, now: number): TargetsDocument {
  const { keys, roles = [] } = targets.delegations ?? noDelegations
  const left = roles
    .map((role) => ({ ...role, keyids: role.keyids.filter((id) => id !== keyId) }))
    .filter(({ keyids }) => keyids.length > 0)
  return withDelegations(targets, now, { keys, roles: left })
}

function withDelegations(
  targets: TargetsDocument,
  now: number,
  { keys, roles }: { readonly keys: TufKeys; readonly roles: readonly DelegatedRole[] },
): TargetsDocument {
  const used = new Set(roles.flatMap(({ keyids }) => keyids))
  return {
    ...targets,
    ...signedFields(targets.version + 1, now + lifetimes.targets),
    delegations: {
      ...targets.delegations,
      keys: Object.fromEntries(Object.entries(keys).filter(([id]) => used.has(id))),
      roles,
    },
  }
}
