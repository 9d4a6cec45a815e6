import { generateAuthenticationOptions, verifyAuthenticationResponse } from '@simplewebauthn/server'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { fromBase64Url } from '@kedge/shared/util/bytes'
import type { AccountParts } from './account-parts.js'
import type { Visit } from './actor.js'
import { expectChallenge, keepChallenge } from './passkey-challenge.js'
import type { PasskeyRecord } from './passkey-repository.js'
import type { AuthenticationResponse, PasskeySite } from './passkey.js'
import { beginSession, userActor, type BegunSession } from './sessions.js'
import { admit, refuseSignIn } from './sign-in.js'

/** What a browser needs to let somebody choose a passkey, to sign in with or to prove again. */
export async function askForPasskey(parts: AccountParts, site: PasskeySite, purpose = 'login') {
  const options = await generateAuthenticationOptions({
    rpID: site.id,
    userVerification: 'required',
  })
  await keepChallenge(parts, options.challenge, purpose)
  return { ...options }
}

export interface PasskeyAnswer {
  readonly response: AuthenticationResponse
  readonly site: PasskeySite
}

/** Begins a session of the owner of a passkey. @throws UsageError `unauthorized`, `rate-limited` */
export async function signInByPasskey(
  parts: AccountParts,
  visit: Visit,
  answer: PasskeyAnswer,
): Promise<BegunSession> {
  parts.accounts.attempts.check(visit.ip)
  const account = await ownerOfAnswer(parts, answer)
  const actor = account === undefined ? undefined : await userActor(parts, account, 'passkey')
  if (actor === undefined) {
    await refuseSignIn(parts, visit, { method: 'passkey' })
    throw new UsageError('unauthorized', 'this passkey is unknown, or its answer is wrong or old')
  }
  return admit(parts, visit, await beginSession(parts, { account: actor.id }, actor))
}

/** Whose passkey has answered; undefined when it is unknown, or the answer is wrong or old. */
export async function ownerOfAnswer(
  parts: AccountParts,
  answer: PasskeyAnswer,
  purpose = 'login',
): Promise<string | undefined> {
  const { passkeys } = parts.accounts
  const passkey = await passkeys.find(answer.response.id)
  const counter = passkey && (await verify(parts, passkey, { ...answer, purpose }))
  if (passkey === undefined || counter === undefined) return undefined
  await passkeys.setUsed(passkey.id, { counter, at: parts.clock.now() })
  return passkey.account
}

/** The new count of uses; undefined when the answer is not of this passkey, now and here. */
async function verify(
  parts: AccountParts,
  { id, publicKey, counter, transports }: PasskeyRecord,
  { response, site, purpose }: PasskeyAnswer & { readonly purpose: string },
): Promise<number | undefined> {
  const { userHandle, ...rest } = response.response
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { ...response, response: { ...rest, ...(userHandle && { userHandle }) } },
      expectedChallenge: expectChallenge(parts, purpose),
      expectedOrigin: site.origin,
      expectedRPID: site.id,
      credential: { id, publicKey: new Uint8Array(fromBase64Url(publicKey)), counter, transports },
      requireUserVerification: true,
    })
    return verified ? authenticationInfo.newCounter : undefined
  } catch (err) {
    parts.log.debug({ err }, 'a passkey was refused')
    return undefined
  }
}
