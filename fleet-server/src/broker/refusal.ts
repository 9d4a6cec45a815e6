import type { ErrorCode } from '@kedge/shared/errors/error-codes'
import { KedgeError } from '@kedge/shared/errors/kedge-error'

/** Why the broker turned somebody or something away. Each is a label of a counter. */
export const refusalReasons = {
  'connection-limit': 'conflict',
  'stranger-limit': 'conflict',
  'address-limit': 'conflict',
  'arrival-rate': 'conflict',
  'foreign-page': 'forbidden',
  'connect-timeout': 'link-timeout',
  busy: 'link-timeout',
  credentials: 'unauthorized',
  identity: 'unauthorized',
  'authentication-failed': 'link-timeout',
  'packet-type': 'document-invalid',
  'packet-size': 'too-large',
  malformed: 'document-invalid',
  'foreign-topic': 'forbidden',
  'message-size': 'too-large',
  retain: 'forbidden',
  qos: 'forbidden',
  subscription: 'forbidden',
  'subscription-limit': 'too-large',
  slow: 'link-timeout',
  flood: 'too-large',
  stalled: 'link-timeout',
  'not-taken': 'database-failed',
} as const satisfies Record<string, ErrorCode>

export type RefusalReason = keyof typeof refusalReasons

/** Ends a connection, or refuses a subscription; the broker itself goes on. */
export class RefusalError extends KedgeError<(typeof refusalReasons)[RefusalReason]> {
  override name = 'RefusalError'

  constructor(
    readonly reason: RefusalReason,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(refusalReasons[reason], message, options)
  }

  /** The code of the CONNACK where the connection is refused (MQTT 3.1.1, table 3.1). */
  get returnCode(): number {
    switch (this.reason) {
      case 'identity':
        return 2
      case 'authentication-failed':
      case 'busy':
        return 3
      case 'credentials':
        return 4
      default:
        return 5
    }
  }
}

const spoken: readonly [RegExp, RefusalReason][] = [
  [/^connect did not arrive/, 'connect-timeout'],
  [/^drain timeout/, 'stalled'],
  // Of ws, for a message in fragments.
  [/^Max payload size exceeded/, 'packet-size'],
]
const ordinary = /^(keep alive timeout|connection closed|Premature close)/

/**
 * What ended a connection, told from the error aedes gives.
 * Undefined for what is nobody's fault: networks break.
 */
export function refusalOf(error: Error & { code?: unknown }): RefusalReason | undefined {
  if (error instanceof RefusalError) return error.reason
  if (typeof error.code === 'string' && error.code.startsWith('E')) return undefined
  if (ordinary.test(error.message)) return undefined
  return spoken.find(([pattern]) => pattern.test(error.message))?.[1] ?? 'malformed'
}
