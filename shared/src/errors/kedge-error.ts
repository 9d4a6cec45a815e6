import { errorCodes, type ErrorCode } from './error-codes.js'

/** The base of every error Kedge throws. `code` says what, the message says which and how to mend it. */
export class KedgeError<Code extends ErrorCode = ErrorCode> extends Error {
  override name = 'KedgeError'

  constructor(
    readonly code: Code,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options)
  }

  /** A fact of the code: whether the same attempt can succeed later. */
  get retryable(): boolean {
    return errorCodes[this.code].retryable
  }
}

/** The caller asked for something that cannot be: mended by asking differently. */
export class UsageError extends KedgeError<
  | 'usage'
  | 'not-found'
  | 'conflict'
  | 'unauthorized'
  | 'forbidden'
  | 'step-up-required'
  | 'too-large'
  | 'rate-limited'
> {
  override name = 'UsageError'
}

/** A defect of ours. */
export class InvariantError extends KedgeError<'invariant-broken'> {
  override name = 'InvariantError'

  constructor(message: string, options?: { cause?: unknown }) {
    super('invariant-broken', message, options)
  }
}

/** The code and message of anything thrown; what Kedge did not throw counts as `fallback`. */
export function describeError(
  thrown: unknown,
  fallback: ErrorCode,
): { code: ErrorCode; message: string } {
  if (thrown instanceof KedgeError) {
    // `instanceof` cannot tell which codes; the base says that it is one of them.
    const { code, message } = thrown as KedgeError
    return { code, message }
  }
  return { code: fallback, message: thrown instanceof Error ? thrown.message : String(thrown) }
}
