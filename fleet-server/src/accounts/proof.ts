import { UsageError } from '@kedge/shared/errors/kedge-error'
import { Minutes } from '@kedge/shared/util/units'
import type { Actor } from './actor.js'

/** For so long after somebody proved who they are they may do what can do much harm. */
export const proofLife = Minutes(5)

/**
 * Only sessions have to prove themselves again: a cookie may be used by a page that was broken into,
 * or on a screen that somebody left. A token in the header of the request is the proof itself, shown
 * anew each time, and there is nobody at a program to ask.
 *
 * @throws UsageError `step-up-required`
 */
export function requireFreshProof({ session, provedAt = 0 }: Actor, now: number): void {
  if (session === undefined || now - provedAt < proofLife) return
  throw new UsageError(
    'step-up-required',
    'this needs a proof of who you are that is no older than 5 minutes: give your password or ' +
      'passkey once more (POST /api/v1/session/step-up), then repeat the request',
  )
}
