import { TrustError } from '../errors/trust-error.js'
import { desiredStateCodec, type DesiredState } from '../protocol/desired-state.js'
import type { Enrolment } from '../protocol/enrolment.js'
import { openEnvelope, payloadTypes, type Envelope, type TrustedKey } from '../trust/dsse.js'
import { importPublicKey } from '../trust/keys.js'

/** A desired state whose signature was checked, with the publishers it names. */
export interface AcceptedState {
  readonly envelope: Envelope
  readonly state: DesiredState
  readonly publishers: readonly TrustedKey[]
}

/** A server's clock may be ahead by so much; a sequence number further on would lock the fleet out. */
const maxAheadMs = 24 * 60 * 60 * 1000

/**
 * Checks that the fleet has signed this state for this device.
 *
 * @throws TrustError `signature-invalid`; DocumentError
 */
export async function openDesired(
  envelope: Envelope,
  enrolment: Enrolment,
  fleetKeys: readonly TrustedKey[],
): Promise<AcceptedState> {
  const payload = await openEnvelope(envelope, payloadTypes.desired, fleetKeys)
  const state = desiredStateCodec.decode(payload)
  if (state.device !== enrolment.device || state.fleet !== enrolment.fleet) {
    throw new TrustError(
      'signature-invalid',
      `the desired state is for ${state.device} of fleet ${state.fleet}`,
    )
  }
  return { envelope, state, publishers: await Promise.all(state.publishers.map(importPublicKey)) }
}

/**
 * Checks that a state is newer than the one in force and not too old to act on.
 *
 * @throws TrustError `sequence-stale`, `expired`
 */
export function checkFreshness(
  state: DesiredState,
  current: DesiredState | undefined,
  now: number,
): void {
  if (state.seq <= (current?.seq ?? 0)) {
    throw new TrustError(
      'sequence-stale',
      `desired state ${state.seq} is not newer than ${current?.seq}, which is in force`,
    )
  }
  if (state.seq > now + maxAheadMs) {
    throw new TrustError('sequence-stale', `desired state ${state.seq} is more than a day ahead`)
  }
  if (state.expires <= now) {
    throw new TrustError(
      'expired',
      `desired state ${state.seq} expired at ${new Date(state.expires).toISOString()}`,
    )
  }
}
