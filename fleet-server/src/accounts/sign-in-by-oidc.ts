import { UsageError } from '@kedge/shared/errors/kedge-error'
import { ServerError } from '@kedge/shared/errors/server-error'
import { toHex } from '@kedge/shared/util/bytes'
import { Minutes } from '@kedge/shared/util/units'
import type { AccountParts } from './account-parts.js'
import type { Actor, Visit } from './actor.js'
import type { OidcExpectation, OidcPerson, OidcProvider, SignedIn } from './oidc-provider.js'
import { roleOf } from './oidc-role.js'
import { entryOf } from './record-visit.js'
import type { Role } from './permissions.js'
import { hashOf, newSecret } from './secret.js'
import { beginSession, userActor, type BegunSession } from './sessions.js'
import { admit, refuseSignIn } from './sign-in.js'
import { userNameSchema } from './user.js'

/** How long somebody may take at the provider. */
export const oidcPatience = Minutes(10)

/**
 * Begins a sign-in at the provider, or a new proof of who is signed in already. The `ticket` goes into a cookie of the browser that began: an
 * answer that another browser brings is refused.
 *
 * @throws ServerError `http-failed` when the provider does not answer
 */
export async function beginOidc(
  parts: AccountParts,
  provider: OidcProvider,
  { redirectUri, again }: { readonly redirectUri: string; readonly again?: SignedIn | undefined },
): Promise<{ url: URL; ticket: string }> {
  const { url, expected } = await provider.begin(redirectUri, again).catch((cause: unknown) => {
    throw new ServerError('http-failed', 'the OpenID provider does not answer', { cause })
  })
  const ticket = newSecret(parts.entropy)
  await parts.accounts.codes.add({
    idHash: hashOf(ticket),
    purpose: 'oidc',
    body: JSON.stringify(expected),
    expiresAt: parts.clock.now() + oidcPatience,
  })
  return { url, ticket }
}

interface OidcAnswer {
  readonly provider: OidcProvider
  /** Of the address that the provider sent the browser to, with its question mark. */
  readonly query: string
  readonly ticket: string | undefined
}

/**
 * Begins a session of whom the provider names.
 *
 * @throws UsageError `unauthorized` when the answer is not to a question of this browser, or does not
 *   hold; `forbidden` when the claims give no role
 */
export async function signInByOidc(
  parts: AccountParts,
  visit: Visit,
  { provider, query, ticket }: OidcAnswer,
): Promise<BegunSession> {
  parts.accounts.attempts.check(visit.ip)
  const { person, again } = (await askProvider(parts, { provider, query, ticket })) ?? {}
  if (person === undefined || (again && (await isAnother(parts, person, again)))) {
    await refuseSignIn(parts, visit, { method: 'oidc' })
    throw new UsageError('unauthorized', 'the answer of the OpenID provider is not valid here')
  }
  const role = roleOf(person.claims, provider.config)
  if (role === undefined) {
    await refuseSignIn(parts, visit, { method: 'oidc' })
    throw new UsageError(
      'forbidden',
      `the claim "${provider.config.roleClaim}" gives you no role; ask who runs the provider`,
    )
  }
  const account = await accountOf(parts, visit, { person, role })
  // The cookie does not come along from the provider's site, so the session is ended by its name.
  if (again) await parts.accounts.sessions.remove(again.session)
  const actor = { ...account, provedAt: Math.min(person.provedAt, parts.clock.now()) }
  return admit(parts, visit, await beginSession(parts, { account: actor.id }, actor))
}

/** Whether somebody has come back whose proof was not asked for. */
async function isAnother(
  { accounts }: AccountParts,
  person: OidcPerson,
  { account }: SignedIn,
): Promise<boolean> {
  return (await accounts.users.findByIdentity(person)) !== account
}

async function askProvider(
  { accounts, clock, log }: AccountParts,
  { provider, query, ticket }: OidcAnswer,
): Promise<{ person: OidcPerson; again: SignedIn | undefined } | undefined> {
  if (ticket === undefined) return undefined
  const kept = await accounts.codes.take('oidc', hashOf(ticket), clock.now())
  if (kept === undefined) return undefined
  try {
    const expected = JSON.parse(kept) as OidcExpectation
    return { person: await provider.finish(query, expected), again: expected.again }
  } catch (err) {
    log.warn({ err }, 'an answer of the OpenID provider was refused')
    return undefined
  }
}

/** Known by issuer and subject alone: names and addresses change hands. */
async function accountOf(
  parts: AccountParts,
  visit: Visit,
  { person, role }: { readonly person: OidcPerson; readonly role: Role },
): Promise<Actor> {
  const { audit, users, sessions } = parts.accounts
  const { issuer, subject } = person
  const known = await users.findByIdentity({ issuer, subject })
  const id = known ?? `u-${toHex(parts.entropy.bytes(6))}`
  // Before it is done, so that there is no change of which the trail does not tell.
  const record = () => {
    const by: Actor = { kind: 'user', id, name: person.subject, role, method: 'oidc' }
    const what = { action: 'user.manage', object: `users/${id}` }
    return audit.append(entryOf({ ...visit, actor: by }, what))
  }
  if (known === undefined) {
    await record()
    await createAccount(parts, person, { id, role })
  }
  const actor = await userActor(parts, id, 'oidc')
  if (actor === undefined) throw new UsageError('conflict', 'this account was removed just now')
  if (actor.role === role) return actor
  await record()
  // The provider says who may do what; the last owner stays one, or nobody could mend it.
  if (!(await users.setRole(id, role))) return actor
  await sessions.removeOf(id)
  return { ...actor, role }
}

const mostNames = 20

async function createAccount(
  { accounts, clock }: AccountParts,
  { issuer, subject, claims }: OidcPerson,
  { id, role }: { readonly id: string; readonly role: Role },
): Promise<void> {
  const user = { id, role, createdAt: clock.now(), passwordHash: null }
  const name = nameOf(claims, subject)
  for (let i = 1; i <= mostNames; i++) {
    const free = i === 1 ? name : `${name.slice(0, 60)}-${i}`
    if (await accounts.users.add({ ...user, name: free }, { issuer, subject })) return
  }
  throw new UsageError('conflict', `too many people are called ${name}`)
}

function nameOf(claims: OidcPerson['claims'], subject: string): string {
  const wishes = [claims['preferred_username'], claims['email'], subject]
  for (const wish of wishes) {
    const name = userNameSchema.safeParse(wish)
    if (name.success) return name.data
  }
  return `user-${hashOf(subject).slice(0, 8)}`
}
