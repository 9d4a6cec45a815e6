import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { AccountParts } from './account-parts.js'
import { adminTokenId, type Visit } from './actor.js'
import { checkNoPassword, checkPassword } from './password.js'
import { entryOf } from './record-visit.js'
import { beginSession, findTokenActor, userActor, type BegunSession } from './sessions.js'

/**
 * Begins a session for a name and its password.
 *
 * @throws UsageError `unauthorized`, in the same words and time whether the name exists or not;
 *   `rate-limited`
 */
export async function signInByPassword(
  parts: AccountParts,
  visit: Visit,
  { name, password }: { readonly name: string; readonly password: string },
): Promise<BegunSession> {
  const { attempts, users } = parts.accounts
  attempts.check(visit.ip, name)
  const known = await users.findCredentials(name)
  const matches =
    known?.passwordHash == null
      ? await checkNoPassword(password)
      : await checkPassword(password, known.passwordHash)
  const actor = known && matches ? await userActor(parts, known.id, 'password') : undefined
  if (actor === undefined) {
    await refuseSignIn(parts, visit, { method: 'password', account: name })
    throw new UsageError('unauthorized', 'name or password is wrong')
  }
  attempts.forgive(name)
  return admit(parts, visit, await beginSession(parts, { account: actor.id }, actor))
}

/** Begins a session of a program's token, for the console. @throws UsageError `unauthorized` */
export async function signInByToken(
  parts: AccountParts,
  visit: Visit,
  token: string,
): Promise<BegunSession> {
  parts.accounts.attempts.check(visit.ip)
  const actor = await findTokenActor(parts, token)
  if (actor === undefined) {
    await refuseSignIn(parts, visit, { method: 'token' })
    throw new UsageError('unauthorized', 'this token is unknown, revoked or expired')
  }
  const holder =
    actor.id === adminTokenId
      ? { adminTokenHash: parts.accounts.adminToken.hash }
      : { serviceToken: actor.id }
  return admit(parts, visit, await beginSession(parts, holder, actor))
}

interface Refused {
  readonly method: string
  /** The name that was tried. */
  readonly account?: string
}

/** Counts and records an attempt that failed; so the trail grows no faster than the limits allow. */
export async function refuseSignIn(
  { accounts }: AccountParts,
  visit: Visit,
  { method, account }: Refused,
): Promise<void> {
  accounts.attempts.countFailure(visit.ip, account)
  const object = account === undefined ? 'session' : `user/${account}`
  await accounts.audit.append(entryOf(visit, { action: 'session.refuse', object, method }))
}

/** Records a session that has begun. The one the browser had before ends with it. */
export async function admit(
  parts: AccountParts,
  visit: Visit,
  begun: BegunSession,
): Promise<BegunSession> {
  const before = visit.actor?.session
  if (before !== undefined) await parts.accounts.sessions.remove(before)
  const { actor } = begun
  const object = `${actor.kind}/${actor.name}`
  await parts.accounts.audit.append(
    entryOf({ ...visit, actor }, { action: 'session.begin', object }),
  )
  parts.log.info({ actor: actor.name, method: actor.method }, 'somebody signed in')
  return begun
}

export async function signOut({ accounts }: AccountParts, visit: Visit): Promise<void> {
  const { actor } = visit
  if (actor?.session === undefined) return
  const object = `${actor.kind}/${actor.name}`
  await accounts.audit.append(entryOf(visit, { action: 'session.end', object }))
  await accounts.sessions.remove(actor.session)
}
