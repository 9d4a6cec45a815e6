import { TrustError } from '../errors/trust-error.js'
import { desiredStateCodec, type DesiredState } from '../protocol/desired-state.js'
import { payloadTypes } from '../protocol/envelope.js'
import { openEnvelope, type Envelope, type Quorum } from '../trust/dsse.js'
import { Hours, type Ms } from '../util/units.js'
import type { DeviceRecord } from './device-record.js'

// The steps of acceptance that need nothing but the document, in the order of TRUST.md. Each has a
// code of its own, and nothing is written before all have passed.

/** A desired state whose signature was checked. */
export interface AcceptedState {
  readonly envelope: Envelope
  readonly state: DesiredState
}

/** A server's clock may be ahead by so much; a sequence number further on would lock the fleet out. */
const maxAheadMs = Hours(24)

/**
 * Step 2: enough fleet keys have signed these very bytes.
 *
 * @throws TrustError `signature-invalid`; DocumentError
 */
export async function openDesired(envelope: Envelope, signers: Quorum): Promise<AcceptedState> {
  const payload = await openEnvelope(envelope, payloadTypes.desired, signers)
  return { envelope, state: desiredStateCodec.decode(payload) }
}

/** Step 3: it is meant for this device. @throws TrustError `wrong-fleet`, `wrong-device` */
export function checkAddressee(
  state: DesiredState,
  { fleet, device }: { readonly fleet: string; readonly device: string },
): void {
  if (state.fleet !== fleet) {
    throw new TrustError('wrong-fleet', `the desired state is for fleet ${state.fleet}`)
  }
  if (state.device !== device) {
    throw new TrustError('wrong-device', `the desired state is for device ${state.device}`)
  }
}

/**
 * Step 4: it comes after everything that was accepted before.
 *
 * @throws TrustError `sequence-invalid`, `epoch-stale`, `sequence-stale`, `sequence-reused`
 */
export function checkPlace(
  { epoch, seq }: DesiredState,
  { accepted }: Pick<DeviceRecord, 'accepted'>,
): void {
  if (!Number.isSafeInteger(seq) || seq < 1) {
    throw new TrustError('sequence-invalid', `${seq} cannot be the number of a desired state`)
  }
  if (epoch !== accepted.epoch) {
    if (epoch > accepted.epoch) return
    throw new TrustError(
      'epoch-stale',
      `the desired state is of epoch ${epoch}; epoch ${accepted.epoch} has begun`,
    )
  }
  if (seq < accepted.seq) {
    throw new TrustError(
      'sequence-stale',
      `desired state ${seq} is not newer than ${accepted.seq}, which is in force`,
    )
  }
  if (seq === accepted.seq) {
    throw new TrustError(
      'sequence-reused',
      `desired state ${seq} is in force and says something else than this one`,
    )
  }
}

/** Step 4, by the clock. @throws TrustError `sequence-ahead`, `not-yet-valid`, `expired` */
export function checkTimes(state: DesiredState, now: Ms): void {
  const { seq, issuedAt, expires } = state
  if (seq > now + maxAheadMs) {
    throw new TrustError('sequence-ahead', `desired state ${seq} is more than a day ahead`)
  }
  if (issuedAt > now + maxAheadMs) {
    throw new TrustError(
      'not-yet-valid',
      `desired state ${seq} was issued at ${toText(issuedAt)}; here it is ${toText(now)}`,
    )
  }
  if (expires <= now) {
    throw new TrustError('expired', `desired state ${seq} expired at ${toText(expires)}`)
  }
}

/** Step 4, by the root. @throws TrustError `epoch-stale`, `epoch-ahead` */
export function checkEpoch({ epoch }: DesiredState, fleetEpoch: number): void {
  if (epoch === fleetEpoch) return
  throw new TrustError(
    epoch < fleetEpoch ? 'epoch-stale' : 'epoch-ahead',
    `the desired state is of epoch ${epoch}; the trust root says ${fleetEpoch}`,
  )
}

/** Codes of refusals that another time would not have. */
export const isAboutTime = (error: unknown): boolean =>
  error instanceof TrustError &&
  (error.code === 'expired' || error.code === 'not-yet-valid' || error.code === 'sequence-ahead')

/** Dates end at 8.64e15 ms (ECMA-262, 21.4.1.1), and timestamps need not. */
export const toText = (time: number): string =>
  time <= 8.64e15 ? new Date(time).toISOString() : String(time)
