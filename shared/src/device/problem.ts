import type { ErrorCode } from '../errors/error-codes.js'
import { describeError } from '../errors/kedge-error.js'
import type { Problem } from '../protocol/reported-state.js'

/** What a report takes; a longer reason would have the whole report refused, and the saved state. */
const maxMessage = 1_000

/** What went wrong, in the words of a report. */
export function toProblem(
  thrown: unknown,
  fallback: ErrorCode,
): Problem & { readonly code: ErrorCode } {
  const { code, message } = describeError(thrown, fallback)
  return { code, message: message.slice(0, maxMessage) }
}
