import { KedgeError } from './kedge-error.js'

/** Somebody said something they may not say, or said it too late. */
export class TrustError extends KedgeError<
  'digest-mismatch' | 'signature-invalid' | 'sequence-stale' | 'expired'
> {
  override name = 'TrustError'
}
