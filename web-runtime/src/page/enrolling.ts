import { enrolDevice, type DeviceKeys } from '@kedge/shared/adapters/enrolment'
import { describeError } from '@kedge/shared/errors/kedge-error'
import { parseEnrolmentToken, type Enrolment } from '@kedge/shared/protocol/enrolment'
import type { Problem } from '@kedge/shared/protocol/reported-state'
import type { Entropy } from '@kedge/shared/util/entropy'
import { retrySchedule } from '@kedge/shared/util/retry-schedule'
import type { Labels } from '@kedge/shared/util/scalars'
import { Minutes, Seconds } from '@kedge/shared/util/units'
import { wakefulClock } from '../link/wakeful-clock.js'

export interface EnrollingPage {
  /** Origin of the fleet server. */
  readonly server: string
  readonly keys: DeviceKeys
  /** The session that goes on under `keys`. */
  readonly renews?: { readonly device: string; readonly keys: DeviceKeys }
  readonly labels: Labels
  /** Asks the page's own backend for a token; absent where the server trusts the page's origin. */
  readonly grant?: (() => Promise<string>) | undefined
}

/** One attempt. The same key is the same session, so asking again changes nothing. */
export async function enrolPage(
  { server, keys, renews, labels, grant }: EnrollingPage,
  signal: AbortSignal,
): Promise<Enrolment> {
  const secret = grant && parseEnrolmentToken(await grant()).secret
  return enrolDevice({
    kind: 'browser',
    url: server,
    keys,
    labels,
    ...(renews && { renews }),
    ...(secret !== undefined && { secret }),
    fetch: (url, request) => fetch(url, { ...request, signal }),
  })
}

/**
 * Asks until the server agrees: it may be down, or count too many pages at this moment.
 *
 * @throws the signal's reason
 */
export async function enrolPatiently(
  page: EnrollingPage,
  watch: { entropy: Entropy; signal: AbortSignal; onProblem: (problem: Problem) => void },
): Promise<Enrolment> {
  const pauses = { first: Seconds(1), factor: 2, cap: Minutes(2), jitter: 0.5 }
  for (const pause of retrySchedule(pauses, watch.entropy)) {
    watch.signal.throwIfAborted()
    try {
      return await enrolPage(page, watch.signal)
    } catch (error) {
      watch.onProblem(describeError(error, 'http-failed'))
      await wakefulClock.sleep(pause, watch.signal)
    }
  }
  throw watch.signal.reason
}
