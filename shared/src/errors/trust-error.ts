import { KedgeError } from './kedge-error.js'

/** Somebody said something they may not say, or said it too late. */
export class TrustError extends KedgeError<
  | 'digest-mismatch'
  | 'signature-invalid'
  | 'sequence-stale'
  | 'expired'
  | 'root-missing'
  | 'root-out-of-order'
  | 'metadata-missing'
  | 'metadata-invalid'
  | 'metadata-too-large'
  | 'metadata-rollback'
  | 'metadata-expired'
  | 'metadata-mixed'
  | 'name-refused'
> {
  override name = 'TrustError'
}
