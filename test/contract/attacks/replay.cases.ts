import { day, refusal, type FalseState } from './attack-kinds.js'

/** S3 and its likes in S2: a desired state that the fleet has signed, for another time or place. */
const falseStates: FalseState[] = [
  {
    name: 'S3 older seq',
    code: 'sequence-stale',
    change: (now) => ({ seq: now - day }),
  },
  {
    name: 'S3 same seq other body',
    code: 'sequence-reused',
    change: (_now, inForce) => ({ seq: inForce, floor: { scale: 1 } }),
  },
  {
    name: 'S2 wrong device, S3 of another device',
    code: 'wrong-device',
    change: () => ({ device: 'd-2' }),
  },
  {
    name: 'S3 of another fleet',
    code: 'wrong-fleet',
    change: () => ({ fleet: 'f-other' }),
  },
  {
    name: 'S3 expired',
    code: 'expired',
    change: (now) => ({ expires: now - 1 }),
  },
  {
    name: 'S3 not yet valid',
    code: 'not-yet-valid',
    change: (now) => ({ issuedAt: now + 2 * day }),
  },
  {
    name: 'S3 seq = 2^53',
    code: 'sequence-invalid',
    change: () => ({ seq: 2 ** 53 }),
  },
  {
    name: 'S2 fast-forward, S3 seq in far future',
    code: 'sequence-ahead',
    change: (now) => ({ seq: now + 2 * day }),
  },
  {
    name: 'S3 of an older epoch',
    code: 'epoch-stale',
    change: () => ({ epoch: 0 }),
  },
  {
    name: 'S3 of an epoch no root has begun',
    code: 'epoch-ahead',
    change: () => ({ epoch: 7 }),
  },
  {
    name: 'S3 that asks for a root nobody has',
    code: 'metadata-missing',
    change: () => ({ minRootVersion: 9 }),
  },
]

export const replayCases = falseStates.map(refusal)
