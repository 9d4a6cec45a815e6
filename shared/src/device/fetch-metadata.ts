import { LinkError } from '../errors/device-error.js'
import { TrustError } from '../errors/trust-error.js'
import { topics } from '../protocol/topics.js'
import { deferred } from '../util/deferred.js'
import { Seconds } from '../util/units.js'
import { withDeadline } from '../util/with-deadline.js'
import type { DeviceHost } from './ports/host.js'

/** So long a broker may take to send a retained file; one that is not there says nothing at all. */
const patience = Seconds(10)

export interface MetadataSource extends Pick<DeviceHost, 'link' | 'clock'> {
  /** Ends whatever is being fetched. */
  readonly signal: AbortSignal
}

/**
 * A metadata file by its topic; undefined when none comes.
 *
 * @throws LinkError `link-offline`; TrustError `metadata-too-large`; what the signal aborts with
 */
export async function fetchMetadata(
  source: MetadataSource,
  name: string,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const { link, clock, signal } = source
  signal.throwIfAborted()
  if (!link.online) throw offline(name)
  const arrived = deferred<Uint8Array | undefined>()
  const unwatch = link.onOnline((online) => {
    if (!online) arrived.reject(offline(name))
  })
  // It may be rejected while the subscription is still being granted.
  arrived.promise.catch(() => undefined)
  await using _subscription = await link.subscribe(topics.meta(name), (bytes) =>
    arrived.resolve(bytes),
  )
  try {
    const deadline = { clock, within: patience, signal, error: silence }
    const bytes = await withDeadline(arrived.promise, deadline)
    if (bytes !== undefined && bytes.length > maxBytes) throw tooLarge(name, bytes.length, maxBytes)
    return bytes
  } catch (error) {
    if (error instanceof SilenceError) return undefined
    throw error
  } finally {
    unwatch()
  }
}

/** Never leaves this file. */
class SilenceError extends LinkError {}

const silence = () => new SilenceError('link-timeout', 'nothing came')

const offline = (name: string) =>
  new LinkError('link-offline', `there is no connection to fetch ${name} over`)

const tooLarge = (name: string, is: number, most: number) =>
  new TrustError('metadata-too-large', `${name} has ${is} bytes; at most ${most} are allowed`)
