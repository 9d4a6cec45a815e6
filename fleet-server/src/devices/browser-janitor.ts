import { Hours, Seconds, type Ms } from '@kedge/shared/util/units'
import type { ServerContext } from '../context.js'

type Parts = Pick<
  ServerContext,
  'browserSessions' | 'clock' | 'events' | 'log' | 'outbox' | 'tokens'
>

const lookEvery = Seconds(15)
/** Browsers come and go; one that has not been seen for so long is forgotten. */
export const browserKept = Hours(30 * 24)
/** A token that has expired is kept for so long, so that people see what became of it. */
const tokenKept = Hours(7 * 24)
const prunedAtOnce = 500

/** Ends connections of browsers whose session is over, and forgets those that are long gone. */
export function startBrowserJanitor(parts: Parts): AsyncDisposable {
  const stopping = new AbortController()
  const work = (async () => {
    while (!stopping.signal.aborted) {
      await tidyBrowsers(parts).catch((err: unknown) =>
        parts.log.error({ err }, 'sessions of browsers could not be looked through'),
      )
      await parts.clock.sleep(lookEvery, stopping.signal).catch(() => undefined)
    }
  })()
  return {
    async [Symbol.asyncDispose]() {
      stopping.abort(new Error('stopping'))
      await work
    },
  }
}

/** One round of the janitor's. */
export async function tidyBrowsers(parts: Parts): Promise<void> {
  const now = parts.clock.now()
  for (const id of await parts.browserSessions.overstaying(now)) await parts.outbox.disconnect(id)
  const before = (kept: Ms) => now - kept
  for (const id of await parts.browserSessions.prune(before(browserKept), prunedAtOnce)) {
    await parts.outbox.disconnect(id)
    parts.events.emit('device', id)
  }
  await parts.tokens.forgetExpired(before(tokenKept))
}
