import { toHex } from '@kedge/shared/util/bytes'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { AccountParts } from './account-parts.js'
import type { Actor, Visit } from './actor.js'
import { checkPassword, hashPassword } from './password.js'
import { requireFreshProof } from './proof.js'
import { entryOf } from './record-visit.js'
import { requireGrant } from './require-grant.js'
import { beginSession, userActor, type BegunSession } from './sessions.js'
import { refuseSignIn } from './sign-in.js'
import type { User, UserChange, UserRequest } from './user.js'

/** @throws UsageError `conflict` when the name is taken, `forbidden` for a role above one's own */
export async function createUser(
  parts: AccountParts,
  by: Actor,
  { name, role, password }: UserRequest,
): Promise<User> {
  requireGrant(by, role)
  const id = `u-${toHex(parts.entropy.bytes(6))}`
  const passwordHash = await hashPassword(password)
  const createdAt = parts.clock.now()
  if (!(await parts.accounts.users.add({ id, name, role, passwordHash, createdAt }))) {
    throw new UsageError('conflict', `there is a user ${name} already`)
  }
  return findUser(parts, id)
}

/**
 * Gives somebody another role or password, which ends all their sessions.
 *
 * @throws UsageError `not-found`, `forbidden`; `conflict` when no owner would be left
 */
export async function changeUser(
  parts: AccountParts,
  by: Actor,
  { id, role, password }: UserChange & { readonly id: string },
): Promise<User> {
  const { users, sessions } = parts.accounts
  const user = await findUser(parts, id)
  requireGrant(by, user.role)
  if (role !== undefined) {
    requireGrant(by, role)
    if (!(await users.setRole(id, role))) throw lastOwner(user)
  }
  if (password !== undefined) await users.setPassword(id, await hashPassword(password))
  await sessions.removeOf(id)
  return findUser(parts, id)
}

/** @throws UsageError `not-found`, `forbidden`; `conflict` when no owner would be left */
export async function removeUser(parts: AccountParts, by: Actor, id: string): Promise<void> {
  const user = await findUser(parts, id)
  requireGrant(by, user.role)
  if (!(await parts.accounts.users.remove(id))) throw lastOwner(user)
}

/** @throws UsageError `not-found` */
export async function findUser({ accounts }: Pick<AccountParts, 'accounts'>, id: string) {
  const user = await accounts.users.find(id)
  if (user === undefined) throw new UsageError('not-found', `there is no user ${id}`)
  return user
}

/**
 * Changes one's own password: all other sessions end, and this one goes on under a new id.
 *
 * @throws UsageError `forbidden` when the current password is wrong
 */
export async function changeOwnPassword(
  parts: AccountParts,
  visit: Visit & { readonly actor: Actor },
  { current, password }: { readonly current: string; readonly password: string },
): Promise<BegunSession> {
  const { attempts, audit, users, sessions } = parts.accounts
  const { actor } = visit
  if (actor.kind !== 'user') throw new UsageError('forbidden', 'a token has no password')
  attempts.check(visit.ip, actor.name)
  const kept = (await users.findCredentials(actor.name))?.passwordHash ?? undefined
  // Where there is no password, as with OpenID, the first one is worth as much as a proof.
  if (kept === undefined) requireFreshProof(actor, parts.clock.now())
  else if (!(await checkPassword(current, kept))) {
    await refuseSignIn(parts, visit, { method: 'password', account: actor.name })
    throw new UsageError('forbidden', 'the current password is wrong')
  }
  const passwordHash = await hashPassword(password)
  // Before it is changed, so that there is no change of which the trail does not tell.
  await audit.append(entryOf(visit, { action: 'user.password', object: `user/${actor.id}` }))
  await users.setPassword(actor.id, passwordHash)
  await sessions.removeOf(actor.id)
  const known = (await userActor(parts, actor.id, actor.method)) ?? actor
  const { provedAt = 0 } = actor
  return beginSession(
    parts,
    { account: actor.id },
    kept === undefined ? { ...known, provedAt } : known,
  )
}

const lastOwner = ({ name }: User) =>
  new UsageError('conflict', `${name} is the last owner; make another one first`)
