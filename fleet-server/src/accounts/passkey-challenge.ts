import { Minutes } from '@kedge/shared/util/units'
import type { AccountParts } from './account-parts.js'
import { hashOf } from './secret.js'

/** What a browser shows beside the name of the person. */
export const serviceName = 'Kedge'

const challengeLife = Minutes(5)

/** Keeps a challenge until it is answered, once, for what it was made. */
export async function keepChallenge(
  { accounts, clock }: AccountParts,
  challenge: string,
  purpose: string,
): Promise<void> {
  const expiresAt = clock.now() + challengeLife
  await accounts.codes.add({
    idHash: hashOf(challenge),
    purpose: 'passkey',
    body: purpose,
    expiresAt,
  })
}

/** Takes the challenge that an answer names: the same answer, sent again, finds none. */
export const expectChallenge =
  ({ accounts, clock }: AccountParts, purpose: string) =>
  async (challenge: string): Promise<boolean> =>
    (await accounts.codes.take('passkey', hashOf(challenge), clock.now())) === purpose
