import { Hours } from '@kedge/shared/util/units'
import type { AccountParts } from './account-parts.js'
import { adminTokenId, type Actor, type SignInMethod } from './actor.js'
import { hashOf, newSecret } from './secret.js'
import type { ServiceToken } from './service-token.js'
import type { SessionHolder, SessionRecord } from './session-repository.js'

/** After this everybody signs in anew, however active. */
export const sessionLife = Hours(12)

/** A session as it is handed to the browser; only the hash of its id is kept. */
export interface BegunSession {
  readonly id: string
  readonly actor: Actor
}

/**
 * Begins a session under an id that the server chose just now. An id that a browser brings is never
 * taken over, so nobody can prepare one for somebody else.
 */
export async function beginSession(
  { accounts, clock, entropy }: AccountParts,
  holder: SessionHolder,
  actor: Actor,
): Promise<BegunSession> {
  const id = newSecret(entropy)
  const idHash = hashOf(id)
  const createdAt = clock.now()
  await accounts.sessions.add({
    idHash,
    account: null,
    serviceToken: null,
    adminTokenHash: null,
    ...holder,
    method: actor.method,
    createdAt,
    expiresAt: createdAt + sessionLife,
    provedAt: actor.provedAt ?? createdAt,
  })
  return { id, actor: { ...actor, session: idHash } }
}

/**
 * Goes on under a new id, after a change of what somebody can do, and ends when it would have ended.
 * Undefined where no cookie said who asks, or the session has ended just now.
 */
export async function renewSession(
  { accounts, entropy }: AccountParts,
  actor: Actor,
): Promise<BegunSession | undefined> {
  if (actor.session === undefined) return undefined
  const id = newSecret(entropy)
  const { provedAt = 0 } = actor
  const renewed = { idHash: hashOf(id), provedAt }
  if (!(await accounts.sessions.renew(actor.session, renewed))) return undefined
  return { id, actor: { ...actor, session: renewed.idHash } }
}

/** Who the cookie of a request stands for; undefined when it stands for nobody any more. */
export async function findSessionActor(
  parts: AccountParts,
  id: string,
): Promise<Actor | undefined> {
  const session = hashOf(id)
  const record = await parts.accounts.sessions.find(session)
  if (record === undefined || record.expiresAt <= parts.clock.now()) return undefined
  const actor = await holderOf(parts, record)
  return actor && { ...actor, session, provedAt: record.provedAt }
}

async function holderOf(
  parts: AccountParts,
  { account, serviceToken, adminTokenHash, method }: SessionRecord,
): Promise<Actor | undefined> {
  const { adminToken, serviceTokens } = parts.accounts
  if (account !== null) return userActor(parts, account, method)
  if (serviceToken === null) {
    return adminTokenHash === adminToken.hash ? adminActor : undefined
  }
  const token = await serviceTokens.find(serviceToken)
  if (token === undefined || token.expiresAt <= parts.clock.now()) return undefined
  return tokenActor(token, method)
}

/** How long a last use may be out of date, in ms: not every request is worth a write. */
const seenGrain = 60_000

/** Undefined when there is no such person any more. */
export async function userActor(
  { accounts, clock }: AccountParts,
  account: string,
  method: SignInMethod,
): Promise<Actor | undefined> {
  const user = await accounts.users.find(account)
  if (user === undefined) return undefined
  const now = clock.now()
  if (now - (user.lastSeen ?? 0) > seenGrain) await accounts.users.setSeen(account, now)
  return { kind: 'user', id: user.id, name: user.name, role: user.role, method }
}

export const adminActor: Actor = {
  kind: 'token',
  id: adminTokenId,
  name: 'admin token',
  role: 'owner',
  method: 'token',
}

/** The program that a token stands for; undefined when it is unknown, expired or revoked. */
export async function findTokenActor(
  { accounts, clock }: AccountParts,
  token: string,
): Promise<Actor | undefined> {
  if (accounts.adminToken.matches(token)) return adminActor
  const found = await accounts.serviceTokens.findBySecretHash(hashOf(token))
  const now = clock.now()
  if (found === undefined || found.expiresAt <= now) return undefined
  if (now - (found.lastUsedAt ?? 0) > seenGrain) await accounts.serviceTokens.setUsed(found.id, now)
  return tokenActor(found, 'token')
}

const tokenActor = ({ id, name, role, actions }: ServiceToken, method: SignInMethod): Actor => ({
  kind: 'token',
  id,
  name,
  role,
  method,
  ...(actions && { actions }),
})

/** Whether somebody who came in some time ago could still do so. */
export async function isStillIn(
  { accounts }: Pick<AccountParts, 'accounts'>,
  { id, session }: Pick<Actor, 'id' | 'session'>,
): Promise<boolean> {
  if (session !== undefined) return (await accounts.sessions.find(session)) !== undefined
  return id === adminTokenId || (await accounts.serviceTokens.find(id)) !== undefined
}
