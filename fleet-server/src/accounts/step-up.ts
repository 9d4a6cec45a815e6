import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { AccountParts } from './account-parts.js'
import type { Actor, Visit } from './actor.js'
import { checkNoPassword, checkPassword } from './password.js'
import { entryOf } from './record-visit.js'
import { findTokenActor, renewSession, type BegunSession } from './sessions.js'
import { refuseSignIn } from './sign-in.js'
import { askForPasskey, ownerOfAnswer, type PasskeyAnswer } from './sign-in-by-passkey.js'
import type { PasskeySite } from './passkey.js'

/** What somebody shows who is signed in already. */
export type Proof =
  { readonly password: string } | { readonly token: string } | { readonly passkey: PasskeyAnswer }

/** A challenge for one person: nobody else's answer to it counts. */
const purposeOf = ({ id }: Actor) => `step-up ${id}`

/** What a browser needs to let somebody show a passkey once more. */
export const askForProof = (parts: AccountParts, actor: Actor, site: PasskeySite) =>
  askForPasskey(parts, site, purposeOf(actor))

/**
 * Takes a new proof of who is signed in. The session goes on under a new id, so that a copy of its
 * cookie, made before, may not do what this one now may; and it ends when it would have ended.
 *
 * @throws UsageError `forbidden` when the proof is wrong, or no session is to be proved;
 *   `rate-limited`
 */
export async function stepUp(
  parts: AccountParts,
  visit: Visit & { readonly actor: Actor },
  proof: Proof,
): Promise<BegunSession> {
  const { accounts, clock } = parts
  const { actor } = visit
  if (actor.session === undefined) {
    throw new UsageError('forbidden', 'a token in the header needs no other proof')
  }
  accounts.attempts.check(visit.ip, actor.name)
  const method = methodOf(proof)
  if (!(await holds(parts, actor, proof))) {
    await refuseSignIn(parts, visit, { method, account: actor.name })
    throw new UsageError('forbidden', `this ${method} is not the one of ${actor.name}`)
  }
  accounts.attempts.forgive(actor.name)
  const object = `${actor.kind}/${actor.name}`
  await accounts.audit.append(entryOf(visit, { action: 'session.prove', object, method }))
  const renewed = await renewSession(parts, { ...actor, provedAt: clock.now() })
  if (renewed === undefined) throw new UsageError('unauthorized', 'this session has ended')
  return renewed
}

function methodOf(proof: Proof) {
  if ('password' in proof) return 'password'
  return 'token' in proof ? 'token' : 'passkey'
}

async function holds(parts: AccountParts, actor: Actor, proof: Proof): Promise<boolean> {
  if ('token' in proof) {
    return actor.kind === 'token' && (await findTokenActor(parts, proof.token))?.id === actor.id
  }
  if (actor.kind !== 'user') return false
  if ('passkey' in proof) {
    return (await ownerOfAnswer(parts, proof.passkey, purposeOf(actor))) === actor.id
  }
  const hash = (await parts.accounts.users.findCredentials(actor.name))?.passwordHash ?? null
  return hash === null ? checkNoPassword(proof.password) : checkPassword(proof.password, hash)
}
