import { modelPaths, modelRole } from '@kedge/shared/trust/release-target'
import type { DelegatedRole, TargetsDocument, TufKey } from '@kedge/shared/trust/tuf/documents'
import { lifetimes, signedFields } from './metadata-fields.js'

export interface NamedKey {
  readonly keyId: string
  readonly key: TufKey
}

const noDelegations = { keys: {}, roles: [] }

/** The role of a model, if any key was granted it. */
export const grantOf = (targets: TargetsDocument, model: string): DelegatedRole | undefined =>
  targets.delegations?.roles?.find(({ name }) => name === modelRole(model))

/** Lets one more key sign releases of a model (TUF 4.5, delegations). Unsigned yet. */
export function grantModel(
  targets: TargetsDocument,
  grant: { readonly model: string; readonly to: NamedKey; readonly threshold?: number },
  now: number,
): TargetsDocument {
  const { model, to } = grant
  const { keys, roles = [] } = targets.delegations ?? noDelegations
  const held = grantOf(targets, model)
  const role: DelegatedRole = {
    name: modelRole(model),
    keyids: [...new Set([...(held?.keyids ?? []), to.keyId])],
    threshold: grant.threshold ?? held?.threshold ?? 1,
    terminating: true,
    paths: [modelPaths(model)],
  }
  return withDelegations(targets, now, {
    keys: { ...keys, [to.keyId]: to.key },
    roles: [...roles.filter(({ name }) => name !== role.name), role],
  })
}

/** Takes a key its say over a model, or over every model. A role that nobody may sign goes away. */
export function withdrawKey(
  targets: TargetsDocument,
  { keyId, model }: { readonly keyId: string; readonly model?: string },
  now: number,
): TargetsDocument {
  const { keys, roles = [] } = targets.delegations ?? noDelegations
  const left = roles
    .map((role) =>
      model === undefined || role.name === modelRole(model)
        ? { ...role, keyids: role.keyids.filter((id) => id !== keyId) }
        : role,
    )
    .filter(({ keyids }) => keyids.length > 0)
  const used = new Set(left.flatMap(({ keyids }) => keyids))
  return withDelegations(targets, now, {
    keys: Object.fromEntries(Object.entries(keys).filter(([id]) => used.has(id))),
    roles: left,
  })
}

const withDelegations = (
  targets: TargetsDocument,
  now: number,
  delegations: NonNullable<TargetsDocument['delegations']>,
): TargetsDocument => ({
  ...targets,
  ...signedFields(targets.version + 1, now + lifetimes.targets),
  delegations,
})
