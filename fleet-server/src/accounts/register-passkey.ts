import { generateRegistrationOptions, verifyRegistrationResponse } from '@simplewebauthn/server'
import { UsageError } from '@kedge/shared/errors/kedge-error'
import { encodeUtf8, toBase64Url } from '@kedge/shared/util/bytes'
import type { AccountParts } from './account-parts.js'
import type { Actor } from './actor.js'
import { expectChallenge, keepChallenge, serviceName } from './passkey-challenge.js'
import type { Passkey, PasskeySite, RegistrationResponse } from './passkey.js'

/** What a browser needs to make a passkey for somebody who is signed in. @throws UsageError */
export async function offerPasskey(parts: AccountParts, actor: Actor, site: PasskeySite) {
  requireUser(actor)
  const passkeys = await parts.accounts.passkeys.list(actor.id)
  const options = await generateRegistrationOptions({
    rpName: serviceName,
    rpID: site.id,
    userName: actor.name,
    userID: encodeUtf8(actor.id),
    attestationType: 'none',
    excludeCredentials: passkeys.map(({ id }) => ({ id })),
    // It stands for name and password together, so it must be found without a name and be unlocked.
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
  await keepChallenge(parts, options.challenge, `register ${actor.id}`)
  return { ...options }
}

/**
 * Keeps a new passkey of somebody who is signed in.
 *
 * @throws UsageError `unauthorized` when it does not answer a challenge of this person and site,
 *   `conflict` when it is known already
 */
export async function addPasskey(
  parts: AccountParts,
  actor: Actor,
  { response, name, site }: { response: RegistrationResponse; name: string; site: PasskeySite },
): Promise<Passkey> {
  requireUser(actor)
  const { credential, transports } = await verify(parts, actor, { response, site })
  const passkey = { id: credential.id, name, createdAt: parts.clock.now(), lastUsedAt: null }
  const isNew = await parts.accounts.passkeys.add({
    ...passkey,
    account: actor.id,
    publicKey: toBase64Url(credential.publicKey),
    counter: credential.counter,
    transports,
  })
  if (!isNew) throw new UsageError('conflict', 'this passkey is known already')
  return passkey
}

async function verify(
  parts: AccountParts,
  actor: Actor,
  { response, site }: { response: RegistrationResponse; site: PasskeySite },
) {
  const { transports = [] } = response.response
  try {
    const { registrationInfo } = await verifyRegistrationResponse({
      response: { ...response, response: { ...response.response, transports } },
      expectedChallenge: expectChallenge(parts, `register ${actor.id}`),
      expectedOrigin: site.origin,
      expectedRPID: site.id,
      requireUserVerification: true,
    })
    if (registrationInfo) return { credential: registrationInfo.credential, transports }
  } catch (err) {
    parts.log.debug({ err }, 'a new passkey was refused')
  }
  throw new UsageError('unauthorized', 'the passkey does not answer what was asked of it')
}

function requireUser({ kind }: Actor): void {
  if (kind !== 'user') throw new UsageError('forbidden', 'passkeys are for people, not for tokens')
}
