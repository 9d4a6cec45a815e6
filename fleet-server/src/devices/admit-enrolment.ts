import { UsageError } from '@kedge/shared/errors/kedge-error'
import type { EnrolmentRequest } from '@kedge/shared/protocol/enrolment'
import type { ServerContext } from '../context.js'
import { hashSecret } from './enrolment-secret.js'
import type { EnrolmentTokenRecord } from './enrolment-token.js'

/** How a request reached us. */
export interface EnrolmentVisit {
  /** Where the device addressed this server, such as `https://fleet.local:8080`. */
  readonly origin: string
  /** The origin of the page that asks, as its browser says; undefined for programs. */
  readonly page: string | undefined
  /** The network address it came from. */
  readonly address: string
  /** Told before a device is let in or made to wait: the trail has to know, whatever happens next. */
  readonly announce: (device: string, kind: 'enrolled' | 'waiting') => Promise<void>
}

type Parts = Pick<ServerContext, 'browserSessions' | 'clock' | 'config' | 'tokens'>

/**
 * The token that lets the request in; undefined for a page that needs none, because this server serves
 * it or was told to trust its origin.
 *
 * @throws UsageError `unauthorized`, `forbidden`
 */
export async function admit(
  { tokens, clock, config }: Parts,
  { kind, secret }: Pick<EnrolmentRequest, 'kind' | 'secret'>,
  { origin, page }: EnrolmentVisit,
): Promise<EnrolmentTokenRecord | undefined> {
  if (secret === undefined) {
    const isTrusted = page !== undefined && [origin, ...config.browsers.origins].includes(page)
    if (kind === 'browser' && isTrusted) return undefined
    throw new UsageError(
      'unauthorized',
      kind === 'browser'
        ? 'a page of another origin needs a session from its backend, or --browser-origins'
        : 'an enrolment token is needed; make one with `kedge token create`',
    )
  }
  const token = await tokens.findBySecretHash(hashSecret(secret))
  if (token === undefined || token.expires <= clock.now()) {
    throw new UsageError(
      'unauthorized',
      'this enrolment token is unknown, revoked or expired; make one with `kedge token create`',
    )
  }
  // Who may make sessions for pages may not thereby add devices that count.
  if (token.kind === 'browser' && kind === 'agent') {
    throw new UsageError('forbidden', 'this token is for browsers; an agent needs one of its own')
  }
  return token
}

export const sessionEnd = ({ clock, config }: Pick<Parts, 'clock' | 'config'>): number =>
  clock.now() + config.browsers.sessionLife

/** @throws UsageError `rate-limited` */
export async function checkBrowserLimit({ browserSessions, config }: Parts): Promise<void> {
  const { limit } = config.browsers
  if ((await browserSessions.count()) < limit) return
  throw new UsageError('rate-limited', `${limit} browsers are enrolled already; come back later`)
}
